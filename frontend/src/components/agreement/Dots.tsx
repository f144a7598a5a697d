import { memo } from "react";
import { useNavigate } from "react-router";
import type { Id } from "../../api/types";
import classes from "./agreement.module.css";

export interface Dot {
  id: Id;
  x: number;
  y: number;
  title: string;
}

/** Every dot opens its specimen. They are no stops of the keyboard: the table of the largest differences is. */
export const Dots = memo(function Dots({ dots }: { dots: Dot[] }) {
  const navigate = useNavigate();
  return (
    <g>
      {dots.map(({ id, x, y, title }, index) => (
        <a
          key={index}
          href={`/comparisons/${id}`}
          tabIndex={-1}
          aria-label={title}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            void navigate(`/comparisons/${id}`);
          }}
        >
          <circle cx={x} cy={y} r={3.4} className={classes.dot}>
            <title>{title}</title>
          </circle>
        </a>
      ))}
    </g>
  );
});
