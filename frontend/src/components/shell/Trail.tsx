import { Anchor, Text } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { Fragment } from "react";
import { Link } from "react-router";
import { HeaderTrail } from "./slots";
import classes from "./shell.module.css";

export interface Crumb {
  label: string;
  to?: string;
}

/** Where this page is: studies ▸ study ▸ case ▸ slide. */
export function Trail({ crumbs }: { crumbs: Crumb[] }) {
  return (
    <HeaderTrail>
      <nav aria-label="You are here" className={classes.trail}>
        {crumbs.map((crumb, index) => (
          <Fragment key={`${crumb.label}-${crumb.to ?? ""}`}>
            {index > 0 && <IconChevronRight size={14} aria-hidden className={classes.chevron} />}
            {crumb.to ? (
              <Anchor component={Link} to={crumb.to} size="sm" c="var(--duo-muted)" truncate="end">
                {crumb.label}
              </Anchor>
            ) : (
              <Text size="sm" fw={550} truncate="end" aria-current="page">
                {crumb.label}
              </Text>
            )}
          </Fragment>
        ))}
      </nav>
    </HeaderTrail>
  );
}
