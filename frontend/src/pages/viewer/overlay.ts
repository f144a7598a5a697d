import { useMemo } from "react";
import { toNumber } from "../../api/numbers";
import { fetchCells, fetchDensity, fetchLayerTile, useLayers } from "../../api/queries/runs";
import type { OpenedSlide } from "../../api/queries/slides";
import type { CoreResult, FieldOfView, Result, SlideSpecimen } from "../../api/types";
import { coreName } from "../../components/common/words";
import type { NucleiOverlay } from "../../components/viewer/SlideViewer";
import { heatColour } from "../../geometry/heat";
import { tileKey } from "../../geometry/map-grid";
import type { Box } from "../../geometry/points";
import { representationOf } from "../../geometry/stain-map";
import type { MapLayerOptions } from "../../layers/map-layer";
import type { Region } from "../../layers/regions-layer";

const MOST_BINS = 256;
const ROOM_AROUND = 1.2;

/** The nuclei of a revealed result; the same object as long as it is the same run, or the layer would be made anew. */
export function useNucleiOverlay(result: Result | null): NucleiOverlay | null {
  const run = result?.run ?? null;
  const counts = result?.counts;
  return useMemo(
    () =>
      run === null
        ? null
        : {
            cells: (box, limit, signal) => fetchCells(run, box, limit, signal),
            density: (signal) => fetchDensity(run, MOST_BINS, signal),
            counts: counts ?? {},
          },
    // Results never change: the run alone decides.
    // oxlint-disable-next-line react/exhaustive-deps
    [run],
  );
}

/** Masks and stain-intensity maps of a revealed result that has layers; the same object for the same run. */
export function useMaps(result: Result | null): MapLayerOptions | null {
  const run = result?.has_layers ? result.run : null;
  const layers = useLayers(run).data ?? null;
  const hasTumour = toNumber(result?.provenance.tumour_fraction) !== null;
  return useMemo(
    () =>
      run === null || layers === null
        ? null
        : {
            grid: {
              originX: layers.origin_x_px,
              originY: layers.origin_y_px,
              tilePx: layers.tile_px,
              columns: layers.columns,
              rows: layers.rows,
              present: new Set(layers.tiles.map(([column, row]) => tileKey(column, row))),
            },
            representation: representationOf(layers.representation),
            source: (column, row, signal) => fetchLayerTile(run, column, row, signal),
            hasTumour,
          },
    [run, layers, hasTumour],
  );
}

/** Cores as circles, in the colours of their scores where these were revealed; fields of view as rectangles. */
export function useRegions(opened: OpenedSlide, fields: readonly FieldOfView[], scores: readonly CoreResult[] | null): Region[] {
  return useMemo(() => {
    const scored = new Map((scores ?? []).map((core) => [core.specimen, core]));
    return [
      ...opened.specimens.flatMap((specimen): Region[] =>
        specimen.kind === "core" && specimen.center_x_px !== null && specimen.center_y_px !== null && specimen.radius_px !== null
          ? [
              {
                id: specimen.id,
                kind: "core",
                label: coreLabel(specimen, scored.get(specimen.id)),
                centre: { x: specimen.center_x_px, y: specimen.center_y_px },
                radiusPx: specimen.radius_px,
                isMissing: specimen.is_missing,
                ...(scored.has(specimen.id) ? { fill: heatColour(scored.get(specimen.id)?.value ?? null) } : {}),
              },
            ]
          : [],
      ),
      ...fields.map(
        (field): Region => ({
          id: field.id,
          kind: "field_of_view",
          label: field.name,
          box: { x: field.x_px, y: field.y_px, width: field.width_px, height: field.height_px },
          isControl: field.purpose === "positive_control",
        }),
      ),
    ];
  }, [opened.specimens, fields, scores]);
}

/** "C7", "C7 · 135", "C7 · no score". */
function coreLabel(core: SlideSpecimen, score: CoreResult | undefined): string {
  const name = coreName(core.row, core.column);
  if (score === undefined) return name;
  return score.value === null ? `${name} · no score` : `${name} · ${score.value.toFixed(0)}`;
}

/** The core's square with some room around it; null for a whole section. */
export function coreBox({ center_x_px: x, center_y_px: y, radius_px: radius }: SlideSpecimen): Box | null {
  if (x === null || y === null || radius === null) return null;
  const reach = radius * ROOM_AROUND;
  return { x: x - reach, y: y - reach, width: 2 * reach, height: 2 * reach };
}
