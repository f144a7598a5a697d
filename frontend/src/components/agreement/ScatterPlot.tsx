import type { Agreement, Block } from "../../api/agreement-types";
import classes from "./agreement.module.css";
import { Dots } from "./Dots";
import { Frame } from "./Frame";
import { across, type Range, upwards } from "./plot";

/** First against second, with the line of identity. */
export function ScatterPlot({ block, specimens, range }: { block: Block; specimens: Agreement["specimens"]; range: Range }) {
  const [toX, toY] = [across(range), upwards(range)];
  const dots = (block.points ?? []).flatMap(([place, first, second]) => {
    const specimen = specimens[place];
    return specimen ? [{ id: specimen.id, x: toX(first), y: toY(second), title: `${specimen.name}: ${first} and ${second}` }] : [];
  });
  return (
    <Frame x={range} y={range} xName={block.first} yName={block.second} label={`${block.first} against ${block.second}`}>
      <line x1={toX(range[0])} y1={toY(range[0])} x2={toX(range[1])} y2={toY(range[1])} className={classes.identity} />
      <Dots dots={dots} />
    </Frame>
  );
}
