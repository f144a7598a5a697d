import type { Her2Sentence } from "../../api/reading-types";

/** The sentence that belongs to a category, where there is only one; else none is chosen for the reader. */
export function onlySentence(sentences: readonly Her2Sentence[], category: string): string {
  const fitting = sentences.filter((sentence) => sentence.category === category);
  return fitting.length === 1 ? (fitting[0]?.key ?? "") : "";
}
