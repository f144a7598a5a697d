import { useMemo } from "react";
import { fetchCells, fetchDensity } from "../../api/queries/runs";
import type { OpenedSlide } from "../../api/queries/slides";
import type { FieldOfView, Result } from "../../api/types";
import { coreName } from "../../components/common/words";
import type { NucleiOverlay } from "../../components/viewer/SlideViewer";
import type { Region } from "../../layers/regions-layer";

const MOST_BINS = 256;

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

/** Cores as circles, fields of view as rectangles. */
export function useRegions(opened: OpenedSlide, fields: readonly FieldOfView[]): Region[] {
  return useMemo(
    () => [
      ...opened.specimens.flatMap((specimen): Region[] =>
        specimen.kind === "core" && specimen.center_x_px !== null && specimen.center_y_px !== null && specimen.radius_px !== null
          ? [
              {
                id: specimen.id,
                kind: "core",
                label: coreName(specimen.row, specimen.column),
                centre: { x: specimen.center_x_px, y: specimen.center_y_px },
                radiusPx: specimen.radius_px,
                isMissing: specimen.is_missing,
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
    ],
    [opened.specimens, fields],
  );
}
