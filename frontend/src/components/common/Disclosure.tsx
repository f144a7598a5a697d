import { Collapse, Group, Text, UnstyledButton } from "@mantine/core";
import { IconChevronRight } from "@tabler/icons-react";
import { type ReactNode, useId, useState } from "react";

/** A fold: closed, it costs one line. */
export function Disclosure({ label, children, open = false }: { label: string; children: ReactNode; open?: boolean }) {
  const [opened, setOpened] = useState(open);
  const id = useId();
  return (
    <div>
      <UnstyledButton aria-expanded={opened} aria-controls={id} onClick={() => setOpened(!opened)} py={4}>
        <Group gap={4} wrap="nowrap">
          <IconChevronRight size={14} aria-hidden style={{ transform: opened ? "rotate(90deg)" : undefined }} />
          <Text size="sm">{label}</Text>
        </Group>
      </UnstyledButton>
      <Collapse expanded={opened} id={id}>
        <div style={{ padding: "4px 0 6px 18px" }}>{children}</div>
      </Collapse>
    </div>
  );
}
