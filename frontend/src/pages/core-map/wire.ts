/** Between what the server sends and takes of a slide's cores and what is edited. Pure. */

import type { CoreGrid, MappedCore, ProposedCore, SavedCore } from "../../api/queries/cores";
import { coreName } from "../../components/common/words";
import type { Region } from "../../layers/regions-layer";
import { type CoreMap, inOrder, type MapCore } from "../../state/core-map";

const placeOf = ({ row, column }: { row: number; column: number }): string => `${row}/${column}`;

const ofCase = (core: MappedCore): MapCore => ({
  key: core.id,
  specimen: core.id,
  row: core.row,
  column: core.column,
  centre: { x: core.x_px, y: core.y_px },
  radiusPx: core.radius_px,
  isMissing: core.is_missing,
  caseCode: core.case,
});

const ofNobody = (core: ProposedCore): MapCore => ({
  key: `place-${placeOf(core)}`,
  specimen: null,
  row: core.row,
  column: core.column,
  centre: { x: core.x_px, y: core.y_px },
  radiusPx: core.radius_px,
  isMissing: !core.present,
  caseCode: "",
});

/** What is saved: the cases' cores, and the circles a person placed that are nobody's yet. */
export function mapOfGrid({ map, proposal, is_edited: isEdited }: CoreGrid): CoreMap {
  const taken = new Set(map.map(placeOf));
  return [...map.map(ofCase), ...(isEdited ? proposal.filter((core) => !taken.has(placeOf(core))).map(ofNobody) : [])];
}

/** The circles that were found, with the cases of the cores that were at their places before. */
export function mapOfFound(found: readonly ProposedCore[], before: CoreMap): CoreMap {
  const known = new Map(before.map((core) => [placeOf(core), core]));
  return found.map((core) => {
    const place = ofNobody(core);
    const old = known.get(placeOf(core));
    return old === undefined ? place : { ...place, key: old.key, specimen: old.specimen, caseCode: old.caseCode };
  });
}

export const coresOfMap = (map: CoreMap): SavedCore[] =>
  inOrder(map).map((core) => {
    const code = core.caseCode.trim();
    return {
      // A core that lost its case is a circle only.
      id: code === "" ? null : core.specimen,
      row: core.row,
      column: core.column,
      x_px: core.centre.x,
      y_px: core.centre.y,
      radius_px: core.radiusPx,
      is_missing: core.isMissing,
      case: code,
    };
  });

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
