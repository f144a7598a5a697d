import { Alert, Anchor, Group, Skeleton, Stack, Text } from "@mantine/core";
import { IconInfoCircle } from "@tabler/icons-react";
import { Link, useLocation, useParams } from "react-router";
import type { Comparison } from "../../api/comparison-types";
import { useComparison, useRevealComparison, useUnblind } from "../../api/queries/comparisons";
import { ApiError } from "../../api/client";
import { caseReports } from "../../components/comparison/case-reports";
import { ConfirmInPlace } from "../../components/common/ConfirmInPlace";
import { DownloadMenu } from "../../components/common/DownloadMenu";
import { Problem } from "../../components/common/Problem";
import { schemeName } from "../../components/common/words";
import { columnsOf } from "../../components/comparison/columns";
import { decisionSentence } from "../../components/comparison/comparison-words";
import { ComparisonTable } from "../../components/comparison/ComparisonTable";
import { History } from "../../components/comparison/History";
import { RevealComparison } from "../../components/comparison/RevealComparison";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";
import { Thumbnail } from "../../components/slides/Thumbnail";

/** One specimen: reader A, reader B, the algorithms, the decision. */
export function ComparisonPage() {
  const { specimenId = "" } = useParams();
  const named = useLocation().state as { title?: string; about?: string } | null;
  const comparison = useComparison(specimenId);
  if (comparison.data) return <Shown comparison={comparison.data} />;
  return (
    <PageBody title={named?.title ?? "Comparison"} about={named?.about}>
      <Trail crumbs={[{ label: "Comparisons", to: "/comparisons" }, { label: named?.title ?? "Specimen" }]} />
      {comparison.isPending && <Skeleton h={380} />}
      {comparison.isError && <Problem error={comparison.error} what="The comparison could not be loaded" retry={() => void comparison.refetch()} />}
      {comparison.data === null && <NotLookedAt specimen={specimenId} />}
    </PageBody>
  );
}

function NotLookedAt({ specimen }: { specimen: string }) {
  const reveal = useRevealComparison(specimen);
  const unblind = useUnblind(specimen);
  // The server tells only a study's administrator that reading is still going on; for others there is nothing here.
  const refused = reveal.error instanceof ApiError && [403, 409].includes(reveal.error.status);
  return (
    <Stack gap="lg" align="flex-start">
      <RevealComparison onReveal={() => reveal.mutate()} busy={reveal.isPending} error={reveal.error}>
        You will see what the readers said, the algorithms’ scores and what was decided. This is recorded for good: nobody who has looked is asked to read the specimen
        as if they had not.
      </RevealComparison>
      {refused && (
        <Stack gap={6} align="flex-start">
          <Text size="sm" c="dimmed">
            As the study’s administrator you can look before reading is over, for a reason that is kept.
          </Text>
          <ConfirmInPlace
            danger
            label="Unblind this specimen"
            confirm="Unblind and look"
            says="You will see the readings while others may still be reading. Your name, the time and the reason stay in the audit trail, and you can never read this specimen yourself."
            reason="Why it has to be now"
            busy={unblind.isPending}
            error={unblind.error}
            onConfirm={(reason, close) => unblind.mutate(reason, { onSuccess: close })}
          />
        </Stack>
      )}
    </Stack>
  );
}

function Shown({ comparison }: { comparison: Comparison }) {
  const where = [comparison.slide_name, comparison.place].filter(Boolean).join(" · ");
  const title = `Case ${comparison.case} · ${comparison.marker}`;
  const slide = `/slides/${comparison.slide}?specimen=${comparison.specimen}`;
  return (
    <PageBody
      title={title}
      about={`${where} · ${schemeName(comparison.scheme)}`}
      actions={<DownloadMenu label="Report of the case" offered={caseReports(comparison.case_id)} />}
    >
      <Trail crumbs={[{ label: "Comparisons", to: "/comparisons" }, { label: title }]} />
      <Stack gap="lg">
        <Group gap="lg" align="flex-start" wrap="nowrap">
          <Stack gap={4} w={150} style={{ flex: "none" }}>
            <Thumbnail slide={{ id: comparison.slide, name: comparison.slide_name, has_thumbnail: true }} height={96} />
            <Anchor component={Link} to={slide} size="sm">
              Open the slide
            </Anchor>
          </Stack>
          <Alert variant="default" icon={<IconInfoCircle aria-hidden />} style={{ flex: 1 }} role="note">
            <Text size="md">{decisionSentence(comparison)}</Text>
            {comparison.discordant && !comparison.consensus && (
              <Text size="sm" c="dimmed" mt={4}>
                Adjudicators find it in their worklist; nothing has to be done here.
              </Text>
            )}
          </Alert>
        </Group>
        <ComparisonTable columns={columnsOf(comparison)} scheme={comparison.scheme} />
        <History events={comparison.history} />
      </Stack>
    </PageBody>
  );
}
