import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconDownload, IconInfoCircle } from "@tabler/icons-react";
import { exportUrl } from "../../api/queries/runs";
import { toNumber } from "../../api/numbers";
import type { Result } from "../../api/types";
import { Disclosure } from "../common/Disclosure";
import { grouped, schemeName } from "../common/words";
import { ClassTable, ResearchUse, StackedBar } from "./ClassBars";
import { classCounts, classPercentages, provenanceRows, ruleText, valueText } from "./result-words";
import classes from "./runs.module.css";

/** What a run found, after the reveal: the number where the eye is, then what it is made of, then where it comes from. */
export function ResultView({ result }: { result: Result }) {
  const percentages = classPercentages(result.percentages);
  const counts = classCounts(result.counts);
  const rule = ruleText(result.provenance);
  const limits = Array.isArray(result.provenance.limits) ? result.provenance.limits.map(String) : [];
  return (
    <Stack gap="sm" component="section" aria-label="Result">
      {result.scoreable ? <Value result={result} /> : <NotScoreable result={result} />}
      {rule && result.scoreable && (
        <Text size="xs" c="dimmed">
          {rule}
        </Text>
      )}
      {percentages && <StackedBar percentages={percentages} />}
      <ClassTable percentages={percentages} counts={counts} total={result.cell_count} />
      <TumourShare result={result} />
      <ResearchUse text={`${grouped(result.cell_count)} nuclei in table, overlay and export alike. Research use only: not for diagnosis.`} />
      <Group gap={6} role="group" aria-label="Download the result">
        {(["json", "csv", "geojson"] as const).map((form) => (
          <Button key={form} component="a" href={exportUrl(result.run, form)} download size="compact-sm" variant="default" leftSection={<IconDownload size={13} aria-hidden />}>
            {{ json: "JSON", csv: "CSV", geojson: "GeoJSON" }[form]}
          </Button>
        ))}
      </Group>
      {limits.length > 0 && (
        <Disclosure label="Limits of the method">
          <Stack gap={4}>
            {limits.map((limit) => (
              <Text key={limit} size="xs" c="dimmed">
                {limit}
              </Text>
            ))}
          </Stack>
        </Disclosure>
      )}
      <Disclosure label="Where this comes from">
        <dl className={classes.provenance}>
          {provenanceRows({ ...result, provenance: { ...result.provenance, limits: undefined } }).map(([name, value]) => (
            <Row key={name} name={name} value={value} />
          ))}
        </dl>
      </Disclosure>
    </Stack>
  );
}

function Value({ result }: { result: Result }) {
  return (
    <Group justify="space-between" align="flex-end" wrap="nowrap">
      <div>
        <Text size="xs" c="dimmed">
          {schemeName(result.scheme)}
        </Text>
        <div className={classes.value} data-testid="score">
          {valueText(result) ?? "—"}
        </div>
      </div>
      {result.category && (
        <Badge size="lg" variant="outline" color="gray">
          {result.category}
        </Badge>
      )}
    </Group>
  );
}

function NotScoreable({ result }: { result: Result }) {
  return (
    <Alert color="amber" variant="outline" icon={<IconInfoCircle aria-hidden />} title="Not scoreable">
      <Text size="sm">{result.reason || "The algorithm gave no reason."}</Text>
    </Alert>
  );
}

function TumourShare({ result }: { result: Result }) {
  const share = toNumber(result.provenance.tumour_fraction);
  if (share === null) return null;
  return (
    <Text size="xs" c="dimmed" className="duo-number">
      Tumour: {(100 * share).toFixed(0)} % of the nuclei.
    </Text>
  );
}

function Row({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
