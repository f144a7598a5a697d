import type { ClassStyle } from "../../geometry/classes";

/** A class's shape in its colour, 14 px: beside its word, so that colour is never alone. */
export function ClassMark({ look }: { readonly look: ClassStyle }) {
  return (
    <svg width={14} height={14} viewBox="-7 -7 14 14" aria-hidden="true">
      <path d={PATHS[look.shape]} fill={look.colour} stroke="rgba(12,12,14,0.55)" strokeWidth={1} />
    </svg>
  );
}

const PATHS: Readonly<Record<ClassStyle["shape"], string>> = {
  circle: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
  triangle: "M0 -5.6L5.4 4.2L-5.4 4.2Z",
  square: "M-4.5 -4.5H4.5V4.5H-4.5Z",
  diamond: "M0 -6L6 0L0 6L-6 0Z",
  cross: "M-5.5 -1.6H-1.6V-5.5H1.6V-1.6H5.5V1.6H1.6V5.5H-1.6V1.6H-5.5Z",
};
