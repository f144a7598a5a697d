/** The row that was opened last, so that the list keeps its place on return. For as long as the page stands. */
export const lastOpened: { id: string | null } = { id: null };
