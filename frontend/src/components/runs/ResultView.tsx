import { Alert, Badge, Button, Group, Stack, Text } from "@mantine/core";
import { IconDownload, IconInfoCircle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { exportUrl } from "../../api/queries/runs";
import { toNumber } from "../../api/numbers";
import type { Result } from "../../api/types";
import { Disclosure } from "../common/Disclosure";
import { grouped, schemeName } from "../common/words";
import { ClassTable, ResearchUse, StackedBar } from "./ClassBars";
import { QcFlags } from "./QcFlags";
import { classCounts, classPercentages, provenanceRows, qcFlags, ruleText, type ScoredWindow, valueText, weightsOf, windowsOf } from "./result-words";
import { TumourShare } from "./TumourShare";
import { WeightsDigest } from "./WeightsDigest";
import classes from "./runs.module.css";

/** What a run found, after the reveal: the number where the eye is, then what it is made of, then where it comes from. */
export function ResultView({ result }: { result: Result }) {
  const percentages = classPercentages(result.percentages);
  const counts = classCounts(result.counts);
  const rule = ruleText(result.provenance);
  const weights = weightsOf(result.provenance);
  const share = toNumber(result.provenance.tumour_fraction);
  const windows = windowsOf(result.provenance);
  const limits = Array.isArray(result.provenance.limits) ? result.provenance.limits.map(String) : [];
  return (
    <Stack gap="sm" component="section" aria-label="Result">
      {result.scoreable ? <Value result={result} /> : <NotScoreable result={result} />}
      {weights !== null && (
        <Text size="xs" fw={600}>
          Trained on synthetic tissue. Research use only.
        </Text>
      )}
      {rule && result.scoreable && (
        <Text size="xs" c="dimmed">
          {rule}
        </Text>
      )}
      {share !== null && <TumourShare share={share} />}
      <QcFlags flags={qcFlags(result.provenance)} />
      {percentages && <StackedBar percentages={percentages} />}
      {result.scoreable && percentages === null && (
        <Text size="xs" c="dimmed">
          Percentages: not given by an end-to-end network. The counts of nuclei below are by the class rule.
        </Text>
      )}
      <ClassTable percentages={percentages} counts={counts} total={result.cell_count} />
      <ResearchUse text={`${grouped(result.cell_count)} nuclei in table, overlay and export alike. Research use only: not for diagnosis.`} />
      <Group gap={6} role="group" aria-label="Download the result">
        {(["json", "csv", "geojson"] as const).map((form) => (
          <Button key={form} component="a" href={exportUrl(result.run, form)} download size="compact-sm" variant="default" leftSection={<IconDownload size={13} aria-hidden />}>
            {{ json: "JSON", csv: "CSV", geojson: "GeoJSON" }[form]}
          </Button>
        ))}
      </Group>
      {windows.length > 1 && (
        <Disclosure label={`Windows (${windows.length})`}>
          <Windows windows={windows} />
        </Disclosure>
      )}
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
          {provenanceRows(result).map(([name, value]) => (
            <Row key={name} name={name} value={weights !== null && value === weights ? <WeightsDigest sha256={weights} /> : value} />
          ))}
        </dl>
      </Disclosure>
    </Stack>
  );
}

/** Each window's own score and what it weighs. */
function Windows({ windows }: { windows: ScoredWindow[] }) {
  return (
    <table className={classes.table}>
      <caption className="duo-hidden">Windows of the core</caption>
      <thead>
        <tr>
          <th scope="col">Window</th>
          <th scope="col">H</th>
          <th scope="col">Tumour nuclei</th>
        </tr>
      </thead>
      <tbody>
        {windows.map((window, index) => (
          <tr key={index}>
            <th scope="row">{index + 1}</th>
            <td>{window.h === null ? "left out" : window.h.toFixed(1)}</td>
            <td>{window.tumourNuclei === null ? "—" : grouped(window.tumourNuclei)}</td>
          </tr>
        ))}
      </tbody>
    </table>
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

function Row({ name, value }: { name: string; value: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}
