import type { Agreement, Block, Statistic } from "../../api/agreement-types";
import classes from "./agreement.module.css";
import { Dots } from "./Dots";
import { numberIn } from "./figures";
import { Frame } from "./Frame";
import { across, LEFT, type Range, RIGHT, upwards, WIDTH } from "./plot";

/** Bland and Altman: difference against mean, with bias, limits and their intervals; dashed, limits that follow the size. */
export function DifferencePlot({ block, specimens, range, reach }: { block: Block; specimens: Agreement["specimens"]; range: Range; reach: number }) {
  const y: Range = [-reach, reach];
  const [toX, toY] = [across(range), upwards(y)];
  const dots = (block.points ?? []).flatMap(([place, first, second]) => {
    const specimen = specimens[place];
    const [mean, apart] = [(first + second) / 2, first - second];
    return specimen ? [{ id: specimen.id, x: toX(mean), y: toY(apart), title: `${specimen.name}: ${first} and ${second}` }] : [];
  });
  const limits = block.bland_altman;
  const lines: [string, Statistic][] = limits ? [["upper limit", limits.upper], ["bias", limits.bias], ["lower limit", limits.lower]] : [];
  const sloping = block.sloping;
  return (
    <Frame x={range} y={y} xName="Mean of the two" yName="Difference" label={`Difference of ${block.first} and ${block.second} against their mean`}>
      {lines.map(([name, { value, ci95 }]) =>
        value === null ? null : (
          <g key={name}>
            {ci95 && <rect x={LEFT} width={WIDTH - LEFT - RIGHT} y={toY(ci95[1])} height={Math.max(1, toY(ci95[0]) - toY(ci95[1]))} className={classes.band} />}
            <line x1={LEFT} x2={WIDTH - RIGHT} y1={toY(value)} y2={toY(value)} className={classes.limit} />
            <text x={WIDTH - RIGHT - 3} y={toY(value) - 3} textAnchor="end" className={classes.limitName}>
              {name} {numberIn(value, "score")}
            </text>
          </g>
        ),
      )}
      {sloping &&
        (["bias", "lower", "upper"] as const).map((name) => (
          <line key={name} x1={toX(sloping.mean[0])} x2={toX(sloping.mean[1])} y1={toY(sloping[name][0])} y2={toY(sloping[name][1])} className={classes.sloping} />
        ))}
      <Dots dots={dots} />
    </Frame>
  );
}
