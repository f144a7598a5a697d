/** Between what the server sends and takes of a slide's cores and what is edited. Pure. */

import type { GridCore } from "../../api/queries/cores";
import type { SlideSpecimen } from "../../api/types";
import type { Region } from "../../layers/regions-layer";
import { coreName } from "../../components/common/words";
import { type CoreMap, inOrder } from "../../state/core-map";

/** The cores that are saved on the slide. */
export function mapOfSpecimens(specimens: readonly SlideSpecimen[]): CoreMap {
  return specimens.flatMap((specimen) => {
    const { row, column, center_x_px: x, center_y_px: y, radius_px: radiusPx } = specimen;
    if (specimen.kind !== "core" || row === null || column === null || x === null || y === null || radiusPx === null) return [];
    return [{ key: specimen.id, row, column, centre: { x, y }, radiusPx, isMissing: specimen.is_missing, caseCode: specimen.case?.code ?? "" }];
  });
}

/** The cores that the server found; nobody's yet, unless it says whose. */
export const mapOfProposal = (cores: readonly GridCore[]): CoreMap =>
  cores.map((core, index) => ({
    key: `found-${index}`,
    row: core.row,
    column: core.column,
    centre: { x: core.x_px, y: core.y_px },
    radiusPx: core.radius_px,
    isMissing: core.is_missing,
    caseCode: core.case,
  }));

export const coresOfMap = (map: CoreMap): GridCore[] =>
  inOrder(map).map((core) => ({
    row: core.row,
    column: core.column,
    x_px: core.centre.x,
    y_px: core.centre.y,
    radius_px: core.radiusPx,
    is_missing: core.isMissing,
    case: core.caseCode.trim(),
  }));

/** Circles with their places; whose core it is stands only at the chosen one, or the labels would cover each other. */
export const regionsOfMap = (map: CoreMap, chosen: string | null): Region[] =>
  map.map((core) => ({
    id: core.key,
    kind: "core",
    label: core.caseCode && core.key === chosen ? `${coreName(core.row, core.column)} · ${core.caseCode}` : coreName(core.row, core.column),
    centre: core.centre,
    radiusPx: core.radiusPx,
    isMissing: core.isMissing,
  }));
