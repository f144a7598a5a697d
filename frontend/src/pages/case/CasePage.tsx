import { Badge, Group, Skeleton, Text } from "@mantine/core";
import { Link, useParams } from "react-router";
import { useCase, useStudy } from "../../api/queries/studies";
import type { Case, CaseSpecimen } from "../../api/types";
import { DownloadMenu } from "../../components/common/DownloadMenu";
import { Empty } from "../../components/common/Empty";
import { Problem } from "../../components/common/Problem";
import { coreName, counted } from "../../components/common/words";
import { caseReports } from "../../components/comparison/case-reports";
import { useRoom } from "../../components/live/LiveProvider";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";
import { CaseAdministration } from "../../components/study/CaseAdministration";
import classes from "../../components/slides/slides.module.css";
import { StateChip } from "../../components/slides/StateChip";
import { Thumbnail } from "../../components/slides/Thumbnail";
import { comparesIn } from "../study/roles";

export function CasePage() {
  const { caseId = "" } = useParams();
  const found = useCase(caseId);
  const study = useStudy(found.data?.study);
  useRoom(found.data?.study ? `study:${found.data.study}` : null);
  if (found.isPending) {
    return (
      <PageBody title="Case">
        <div className={classes.grid}>
          {["a", "b", "c"].map((key) => (
            <Skeleton key={key} h={250} />
          ))}
        </div>
      </PageBody>
    );
  }
  if (found.isError) {
    return (
      <PageBody title="Case">
        <Trail crumbs={[{ label: "Studies", to: "/studies" }]} />
        <Problem error={found.error} what="The case could not be loaded" retry={() => void found.refetch()} />
      </PageBody>
    );
  }
  const item = found.data;
  return (
    <PageBody
      title={`Case ${item.code}`}
      about={counted(item.specimens.length, "specimen")}
      actions={study.data && comparesIn(study.data) && <DownloadMenu label="Report" offered={caseReports(item.id)} />}
    >
      <Trail
        crumbs={[
          { label: "Studies", to: "/studies" },
          ...(study.data ? [{ label: study.data.name, to: `/studies/${study.data.id}` }] : []),
          { label: `Case ${item.code}` },
        ]}
      />
      {item.specimens.length === 0 ? (
        <Empty title="No specimen yet">
          A specimen is the tissue of this case on one slide. It appears here when a slide of this case is registered.
        </Empty>
      ) : (
        <Specimens item={item} />
      )}
      {study.data && <CaseAdministration item={item} study={study.data} />}
    </PageBody>
  );
}

function Specimens({ item }: { item: Case }) {
  return (
    <ul className={classes.grid} style={{ margin: 0, padding: 0, listStyle: "none" }} aria-label="Specimens">
      {item.specimens.map((specimen) => (
        <li key={specimen.id} style={{ display: "contents" }}>
          <SpecimenCard specimen={specimen} />
        </li>
      ))}
    </ul>
  );
}

function SpecimenCard({ specimen }: { specimen: CaseSpecimen }) {
  const { slide } = specimen;
  const open = slide.state === "ready";
  return (
    <article className={classes.card}>
      <Thumbnail slide={slide} height={168} />
      <Group justify="space-between" wrap="nowrap" align="flex-start" gap="xs">
        <div style={{ minWidth: 0 }}>
          <Text fw={550} size="sm" truncate="end">
            {open ? (
              <Link to={`/slides/${slide.id}?specimen=${specimen.id}`} className={classes.cover}>
                {slide.name}
              </Link>
            ) : (
              slide.name
            )}
          </Text>
          <Text size="xs" c="dimmed">
            {specimen.kind === "core" ? `core ${coreName(specimen.row, specimen.column)}` : "whole section"}
          </Text>
        </div>
        <Badge variant="default" style={{ flex: "none" }}>
          {slide.marker}
        </Badge>
      </Group>
      {!open && (
        <div>
          <StateChip state={slide.state} />
        </div>
      )}
    </article>
  );
}
