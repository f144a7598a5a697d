import type { Region } from "./regions-layer";

/** The parts of a presentation that regions are made of, as the server sends them (level-0 px). */
export interface RegionSource {
  readonly specimens: readonly {
    readonly id: string;
    readonly kind: string;
    readonly row: number | null;
    readonly column: number | null;
    readonly center_x_px: number | null;
    readonly center_y_px: number | null;
    readonly radius_px: number | null;
    readonly is_missing: boolean;
  }[];
  readonly fields_of_view: readonly {
    readonly id: string;
    readonly name: string;
    readonly purpose: string;
    readonly x_px: number;
    readonly y_px: number;
    readonly width_px: number;
    readonly height_px: number;
  }[];
}

/** Cores as circles, fields of view as rectangles; a whole section has no outline of its own. */
export function regionsOf({ specimens, fields_of_view: fields }: RegionSource): Region[] {
  const cores = specimens.flatMap((specimen): Region[] => {
    const { center_x_px: x, center_y_px: y, radius_px: radiusPx } = specimen;
    if (specimen.kind !== "core" || x === null || y === null || radiusPx === null) return [];
    const label = coreLabel(specimen.row, specimen.column);
    return [{ id: specimen.id, kind: "core", label, centre: { x, y }, radiusPx, isMissing: specimen.is_missing }];
  });
  const rectangles = fields.map((field): Region => ({
    id: field.id,
    kind: "field_of_view",
    label: field.name,
    box: { x: field.x_px, y: field.y_px, width: field.width_px, height: field.height_px },
    isControl: field.purpose === "positive_control",
  }));
  return [...cores, ...rectangles];
}

/** Row and column counted from 1, as on a TMA map: row letter, column number ("C7"); after Z comes AA. */
export function coreLabel(row: number | null, column: number | null): string {
  if (row === null || column === null) return "";
  let letters = "";
  for (let rest = row; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return `${letters}${column}`;
}
