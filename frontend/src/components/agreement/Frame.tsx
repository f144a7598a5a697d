import type { ReactNode } from "react";
import classes from "./agreement.module.css";
import { across, BOTTOM, HEIGHT, LEFT, type Range, RIGHT, ticksOf, TOP, upwards, WIDTH } from "./plot";

/** Axes with their names; what is drawn between them comes as children. */
export function Frame({ x, y, xName, yName, label, children }: {
  x: Range;
  y: Range;
  xName: string;
  yName: string;
  label: string;
  children: ReactNode;
}) {
  const [toX, toY] = [across(x), upwards(y)];
  const minus = (value: number): string => String(value).replace("-", "−");
  return (
    <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className={classes.plot} role="group" aria-label={label}>
      {ticksOf(y).map((value) => (
        <g key={value}>
          <line x1={LEFT} x2={WIDTH - RIGHT} y1={toY(value)} y2={toY(value)} className={classes.grid} />
          <text x={LEFT - 6} y={toY(value) + 3.5} textAnchor="end" className={classes.tick}>
            {minus(value)}
          </text>
        </g>
      ))}
      {ticksOf(x).map((value) => (
        <text key={value} x={toX(value)} y={HEIGHT - BOTTOM + 15} textAnchor="middle" className={classes.tick}>
          {minus(value)}
        </text>
      ))}
      <line x1={LEFT} x2={WIDTH - RIGHT} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} className={classes.axis} />
      <line x1={LEFT} x2={LEFT} y1={TOP} y2={HEIGHT - BOTTOM} className={classes.axis} />
      <text x={(LEFT + WIDTH - RIGHT) / 2} y={HEIGHT - 6} textAnchor="middle" className={classes.axisName}>
        {xName}
      </text>
      <text transform={`translate(11 ${(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)`} textAnchor="middle" className={classes.axisName}>
        {yName}
      </text>
      {children}
    </svg>
  );
}
