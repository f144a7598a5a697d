import { useEffect, useState } from "react";
import { CLASS_STYLES, NOT_TUMOUR_INDEX } from "../../geometry/classes";
import { threeFigures } from "../../geometry/measure";
import type { Point, Size } from "../../geometry/points";
import type { CellFacts } from "../../layers/cell-index";
import type { NucleiLayer } from "../../layers/nuclei-layer";
import type { Viewer } from "../../viewer/viewer";
import { ClassMark } from "./ClassMark";
import classes from "./viewer.module.css";

/** What is known of the nucleus under the pointer, beside it. */
export function CellTooltip({ viewer, layer }: { readonly viewer: Viewer; readonly layer: NucleiLayer }) {
  const [shown, setShown] = useState<{ facts: CellFacts; at: Point } | null>(null);
  useEffect(() => {
    let frame = 0;
    const stops = [
      viewer.onHover((pointer) => {
        cancelAnimationFrame(frame);
        frame = requestAnimationFrame(() => {
          const facts = pointer === null ? null : layer.cellAt(pointer.slide);
          setShown(facts === null || pointer === null ? null : { facts, at: pointer.screen });
        });
      }),
      viewer.onViewChange(({ moving }) => {
        if (moving) setShown(null);
      }),
    ];
    return () => {
      cancelAnimationFrame(frame);
      stops.forEach((stop) => stop());
    };
  }, [viewer, layer]);
  if (shown === null) return null;
  const { facts, at } = shown;
  const look = CLASS_STYLES[facts.displayClass];
  const stain = CLASS_STYLES[facts.stainClass];
  return (
    <div className={classes.cellTooltip} style={tooltipPlace(at, viewer.getSize())} aria-hidden="true">
      {look !== undefined && (
        <span className={classes.cellClass}>
          <ClassMark look={look} />
          {look.label}
          {facts.displayClass === NOT_TUMOUR_INDEX && stain !== undefined && ` (${stain.label})`}
        </span>
      )}
      <span>DAB {facts.dabOd.toFixed(2)} OD</span>
      <span>{threeFigures(facts.areaUm2)} µm²</span>
    </div>
  );
}

const WIDTH_PX = 150;
const HEIGHT_PX = 66;

/** Right below the pointer, on the other side of it near an edge. */
function tooltipPlace(at: Point, size: Size): { left: number; top: number } {
  return {
    left: at.x + WIDTH_PX + 16 > size.width ? at.x - WIDTH_PX - 8 : at.x + 16,
    top: at.y + HEIGHT_PX + 16 > size.height ? at.y - HEIGHT_PX - 8 : at.y + 16,
  };
}
