import { NavLink } from "react-router";
import classes from "./shell.module.css";

interface Entry {
  to: string;
  label: string;
  /** Shown only to people who read. */
  forReaders?: boolean;
}

const ENTRIES: readonly Entry[] = [
  { to: "/worklist", label: "Worklist", forReaders: true },
  { to: "/studies", label: "Studies" },
  { to: "/comparisons", label: "Comparisons" },
  { to: "/models", label: "Models" },
];

/** The first pages, one word each. */
export function MainNav({ reads }: { reads: boolean }) {
  return (
    <nav aria-label="Main" className={classes.nav}>
      {ENTRIES.filter((entry) => reads || !entry.forReaders).map(({ to, label }) => (
        <NavLink key={to} to={to} className={classes.navLink} end>
          {label}
        </NavLink>
      ))}
    </nav>
  );
}
