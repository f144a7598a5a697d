import { Group, Text, Title } from "@mantine/core";
import { type ReactNode, useEffect, useRef } from "react";
import { useLocation } from "react-router";
import classes from "./shell.module.css";
import { useTitle } from "./slots";

/** The frame of a list or form page: one heading, what it holds in a line, its actions at the right. */
export function PageBody({ title, about, actions, children, width }: {
  title: string;
  about?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  width?: number;
}) {
  useTitle(title);
  const heading = useRef<HTMLHeadingElement>(null);
  const { pathname } = useLocation();
  // After going to another page the keyboard starts at its heading, not at the link that is gone.
  useEffect(() => heading.current?.focus({ preventScroll: true }), [pathname]);
  return (
    <div className={classes.page} style={width ? { maxWidth: width } : undefined}>
      <Group justify="space-between" align="flex-start" mb="lg" gap="md">
        <div style={{ minWidth: 0 }}>
          <Title order={1} ref={heading} tabIndex={-1}>
            {title}
          </Title>
          {about && (
            <Text c="dimmed" size="sm" mt={4} maw={760}>
              {about}
            </Text>
          )}
        </div>
        {actions && <Group gap="sm">{actions}</Group>}
      </Group>
      {children}
    </div>
  );
}
