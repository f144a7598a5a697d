import { Group, Skeleton, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { WorklistCounts } from "../../api/reading-types";
import { grouped } from "../../components/common/words";
import classes from "./worklist.module.css";

/** One bar of all one's own work, with the numbers beside it. */
export function Progress({ counts }: { counts: WorklistCounts | undefined }) {
  if (!counts) return <Skeleton h={52} mb="md" />;
  const parts = [
    { key: "signed", words: "signed", count: counts.signed },
    { key: "drafts", words: counts.drafts === 1 ? "draft" : "drafts", count: counts.drafts },
    { key: "to_read", words: "to read", count: counts.to_read },
    { key: "deferred", words: "deferred", count: counts.deferred },
  ];
  const total = parts.reduce((sum, part) => sum + part.count, 0);
  const percent = total === 0 ? 0 : Math.floor((100 * counts.signed) / total);
  return (
    <section aria-label="Progress" className={classes.progress}>
      <Group justify="space-between" mb={6} gap="md">
        <Group gap="lg">
          {parts.map(({ key, words, count }) => (
            <span key={key} className={classes.figure}>
              <span className={classes.dot} data-part={key} aria-hidden />
              <strong className="duo-number">{grouped(count)}</strong> {words}
            </span>
          ))}
          {counts.overdue > 0 && (
            <Text span size="sm" c="light-dark(var(--mantine-color-amber-9), var(--mantine-color-amber-3))" className="duo-number">
              <IconAlertTriangle size={15} aria-hidden style={{ verticalAlign: "-2px" }} /> {grouped(counts.overdue)} overdue
            </Text>
          )}
        </Group>
        <Text size="sm" c="dimmed" className="duo-number">
          {total === 0 ? "" : `${percent} % signed`}
        </Text>
      </Group>
      <div className={classes.track} role="progressbar" aria-label="Signed" aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100}>
        {parts.filter(({ count }) => count > 0).map(({ key, count }) => (
          <div key={key} data-part={key} style={{ flexGrow: count }} />
        ))}
      </div>
    </section>
  );
}
