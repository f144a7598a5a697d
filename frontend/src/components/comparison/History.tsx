import { Text, Title } from "@mantine/core";
import type { ShownEvent } from "../../api/comparison-types";
import { Time } from "../common/Time";
import { eventText } from "./comparison-words";
import classes from "./comparison.module.css";

export function History({ events }: { events: ShownEvent[] }) {
  if (events.length === 0) return null;
  return (
    <section aria-label="History">
      <Title order={2} size="h3" mb="xs">
        History
      </Title>
      <ol className={classes.history}>
        {events.map((event, index) => (
          <li key={index}>
            <Text size="sm" c="dimmed" span>
              <Time iso={event.at} />
            </Text>
            <span>{eventText(event)}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
