import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import type { Agreement, Block } from "../../api/agreement-types";
import { grouped } from "../common/words";
import classes from "./agreement.module.css";
import { ConfusionTable } from "./ConfusionTable";
import { DifferencePlot } from "./DifferencePlot";
import type { Range } from "./plot";
import { ScatterPlot } from "./ScatterPlot";

/** One side of the page: two series as plots on axes that both sides share. */
export function Compared({ title, about, block, specimens, range, reach }: {
  title: string;
  about: ReactNode;
  block: Block;
  specimens: Agreement["specimens"];
  range: Range;
  reach: number;
}) {
  const drawn = block.points?.length ?? 0;
  return (
    <section aria-label={title}>
      <Title order={2} size="h3">
        {title}
      </Title>
      <Text size="sm" c="dimmed" mb="xs" component="div">
        {about}
      </Text>
      <Stack gap="md">
        {drawn > 0 && (
          <div className={classes.plots}>
            <ScatterPlot block={block} specimens={specimens} range={range} />
            <DifferencePlot block={block} specimens={specimens} range={range} reach={reach} />
          </div>
        )}
        {drawn > 0 && drawn < block.n && (
          <Text size="xs" c="dimmed">
            {grouped(drawn)} of {grouped(block.n)} points are drawn, picked at random; all are counted.
          </Text>
        )}
        {block.confusion && <ConfusionTable confusion={block.confusion} />}
      </Stack>
    </section>
  );
}
