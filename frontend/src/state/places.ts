/** Pages that are dark by default: tissue fills them. */
export const isTissuePage = (path: string): boolean => path.startsWith("/slides/") || path.startsWith("/read/");
