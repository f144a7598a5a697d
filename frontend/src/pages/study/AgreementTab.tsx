import { Group, NativeSelect, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Agreement } from "../../api/agreement-types";
import { useAgreement } from "../../api/queries/agreement";
import type { Study } from "../../api/types";
import { Compared } from "../../components/agreement/Compared";
import { DataTable } from "../../components/agreement/DataTable";
import { FigureCards } from "../../components/agreement/FigureCards";
import { type Chosen, FilterSentence } from "../../components/agreement/FilterSentence";
import { kindOf, sinceOf } from "../../components/agreement/filters";
import { studyExports } from "../../components/agreement/exports";
import { evenReach, valueRange } from "../../components/agreement/plot";
import { RevealFinished } from "../../components/agreement/RevealFinished";
import {
  aidedTable, differencesTable, groupsTable, intraTable, markersTable, monthsTable, pairsTable, readersTable, specificTable, statisticsTable, type TableText,
  versionMonthsTable, versionName, versionPairsTable, versionsTable,
} from "../../components/agreement/tables";
import classes from "../../components/agreement/agreement.module.css";
import { DownloadMenu } from "../../components/common/DownloadMenu";
import { Empty } from "../../components/common/Empty";
import { Problem } from "../../components/common/Problem";
import { useUrlFilters } from "../../components/common/url-state";
import { schemeName } from "../../components/common/words";

/** Is our reading reproducible, who drifts, is the algorithm as good as a second reader? */
export function AgreementTab({ study }: { study: Study }) {
  const [asked, setAsked] = useUrlFilters({ kind: "", readers: "", days: "", algorithm: "" });
  const [now] = useState(() => new Date());
  const query = { ...kindOf(asked.kind), readers: asked.readers, since: sinceOf(asked.days, now), until: "" };
  const agreement = useAgreement(study.id, query);
  if (agreement.isPending) return <Skeleton h={640} aria-busy="true" />;
  if (agreement.isError) return <Problem error={agreement.error} what="The agreement could not be loaded" retry={() => void agreement.refetch()} />;
  const shown = agreement.data;
  const chosen: Chosen = asked;
  return (
    <Stack gap={0} style={{ opacity: agreement.isPlaceholderData ? 0.6 : 1 }} aria-busy={agreement.isPlaceholderData}>
      <RevealFinished key={study.id} study={study.id} unseen={shown.unseen} />
      {shown.markers.length === 0 && shown.unseen === 0 && asked.days === "" ? (
        <Empty title="Nothing to compare yet">
          Agreement is counted over specimens whose reading is over. Once the first ones are, they can be shown and counted here.
        </Empty>
      ) : (
        <>
          {(shown.markers.length > 0 || asked.days !== "") && (
            <Group justify="space-between" align="flex-start">
              <FilterSentence agreement={shown} chosen={chosen} onChange={setAsked} />
              {shown.with_names && <DownloadMenu label="Export" offered={studyExports(study.id, { ...query, marker: shown.marker, scheme: shown.scheme })} />}
            </Group>
          )}
          {shown.human.n > 0 || shown.n_readings > 0 ? (
            <Shown agreement={shown} algorithm={asked.algorithm} onAlgorithm={(algorithm) => setAsked({ algorithm })} />
          ) : (
            shown.unseen === 0 && <Empty title="No reading fits">Nothing was signed in this period by these readers. Choose another period.</Empty>
          )}
        </>
      )}
    </Stack>
  );
}

function Shown({ agreement, algorithm: key, onAlgorithm }: { agreement: Agreement; algorithm: string; onAlgorithm: (key: string) => void }) {
  const { human, algorithms, specimens, standing } = agreement;
  const algorithm = algorithms.find((each) => each.key === key) ?? algorithms[0] ?? null;
  const blocks = algorithm ? [human, algorithm] : [human];
  const points = blocks.flatMap((block) => block.points ?? []);
  const range = valueRange(agreement.scheme, points.flatMap(([, first, second]) => [first, second]));
  const limits = blocks.flatMap(({ bland_altman }) => (bland_altman ? [bland_altman.lower.ci95?.[0] ?? 0, bland_altman.upper.ci95?.[1] ?? 0] : []));
  const reach = evenReach([...points.map(([, first, second]) => first - second), ...limits]);
  const kind = `${agreement.marker} ${schemeName(agreement.scheme)}`;
  const file = (name: string): string => `${agreement.marker}-${agreement.scheme}-${name}`.toLowerCase();
  const people = human.first === "First reader" ? "Every two readers of a specimen" : `${human.first} and ${human.second}`;
  const qa = standing.qa;
  const table = (title: string, about: string, { columns, rows }: TableText, name: string) =>
    rows.length > 0 && <DataTable title={title} about={about} columns={columns} rows={rows} file={file(name)} />;
  return (
    <Stack gap="xl">
      <Stack gap="xs">
        <Title order={2} size="h3">
          {people}: {kind}
        </Title>
        <FigureCards block={human} label="Readers with each other" />
      </Stack>
      {algorithm && (
        <Stack gap="xs">
          <Group gap="sm">
            <Title order={2} size="h3">
              Algorithm with the mean of the readers
            </Title>
            {algorithms.length > 1 && (
              <NativeSelect
                size="xs"
                aria-label="Algorithm"
                data={algorithms.map((each) => ({ value: each.key, label: versionName(each) }))}
                value={algorithm.key}
                onChange={(event) => onAlgorithm(event.currentTarget.value)}
              />
            )}
          </Group>
          <FigureCards block={algorithm} label="Algorithm with the mean of the readers" />
        </Stack>
      )}
      <div className={algorithm ? classes.columns : undefined} style={algorithm ? undefined : { maxWidth: 980 }}>
        <Compared title="Readers with each other" about={`${people}; n = ${human.n}`} block={human} specimens={specimens} range={range} reach={reach} />
        {algorithm && (
          <Compared
            title={`${versionName(algorithm)} with the mean of the readers`}
            about={`Research use only. Categories beside the readers’ consensus; n = ${algorithm.n}`}
            block={algorithm}
            specimens={specimens}
            range={range}
            reach={reach}
          />
        )}
      </div>
      {table("All statistics", "Intervals by bootstrap of the cases (percentiles), Pearson’s by Fisher’s z where every case has one specimen.", statisticsTable(human, algorithm), "statistics")}
      <div className={classes.columns}>
        {human.groups && table("Error by size", "Mean absolute error by the mean of the two.", groupsTable(human, algorithm), "error-by-size")}
        {agreement.categories.length > 0 && table("Agreement on each category", "Of two who say it, how often the other says it too (average positive and negative agreement).", specificTable(human, algorithm, agreement.categories), "categories")}
        {human.points && table("Largest differences of readers", "Each opens its comparison.", differencesTable(human, specimens), "largest-differences")}
        {algorithm?.points && table("Largest differences of the algorithm", "Each opens its comparison.", differencesTable(algorithm, specimens), "largest-differences-algorithm")}
      </div>
      {algorithms.length > 1 && table("Versions of algorithms, side by side", "Each with the mean of the readers, on the specimens it has scored.", versionsTable(algorithms), "versions")}
      {table("Two versions on the same specimens", "Those that both have scored. Error, first − second: above 0 where the first errs more against the readers’ mean.", versionPairsTable(agreement), "version-pairs")}
      {table("Algorithms month by month", "By the month in which the readers signed.", versionMonthsTable(agreement), "version-months")}
      {table("Pairs of readers", "Each two on the specimens that both read.", pairsTable(agreement.pairs), "pairs")}
      {agreement.by_marker.length > 1 && table("By marker", "Mean absolute error on every marker of the study.", markersTable(agreement.by_marker), "markers")}
      {table(
        "Readers",
        `Positive: ${standing.positive.join(" or ") || "—"}. Limits: three standard errors about the share of all (p chart). Time is that of the open window.`,
        readersTable(standing),
        "readers",
      )}
      {table("Month by month", "Difference from the other readers of the same specimens; limits are three standard errors about one’s own mean.", monthsTable(standing.months), "months")}
      {table("The same reader again", "First series beside the re-read.", intraTable(standing.intra), "re-reads")}
      {table("What the algorithm moved", "Unaided readings beside the ones revised after the algorithm was shown.", aidedTable(standing.aided), "aided")}
      {qa.concordant + qa.minor + qa.major > 0 && (
        <Text size="sm">
          QA second reads: {qa.concordant} concordant, {qa.minor} minor (beyond tolerance), {qa.major} major (another category).
        </Text>
      )}
    </Stack>
  );
}
