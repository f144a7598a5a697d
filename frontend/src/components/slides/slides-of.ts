import type { Case, CaseSpecimen } from "../../api/types";

/** One entry per slide of the case, however many cores it has there. */
export function slidesOf(item: Case): { slide: CaseSpecimen["slide"]; cores: number }[] {
  const found = new Map<string, { slide: CaseSpecimen["slide"]; cores: number }>();
  for (const specimen of item.specimens) {
    const entry = found.get(specimen.slide.id) ?? { slide: specimen.slide, cores: 0 };
    if (specimen.kind === "core") entry.cores += 1;
    found.set(specimen.slide.id, entry);
  }
  return [...found.values()];
}
