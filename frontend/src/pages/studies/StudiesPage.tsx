import { Badge, Box, Button, Group, Skeleton, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useCallback, useState } from "react";
import { Link } from "react-router";
import { useMe } from "../../api/queries/me";
import { useStudies, useStudyPreview } from "../../api/queries/studies";
import type { Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { SearchField } from "../../components/common/SearchField";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { counted, ROLE_WORDS } from "../../components/common/words";
import { PageBody } from "../../components/shell/PageBody";
import { Thumbnail } from "../../components/slides/Thumbnail";
import { NewStudyDialog } from "./NewStudyDialog";
import classes from "./studies.module.css";

export function StudiesPage() {
  const [filters, setFilters] = useUrlFilters({ search: "", page: "1" });
  const studies = useStudies({ search: filters.search, page: pageOf(filters.page) });
  const me = useMe();
  const [creating, setCreating] = useState(false);
  const search = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const mayCreate = me.data?.is_system_administrator ?? false;
  return (
    <PageBody
      title="Studies"
      actions={
        <>
          <SearchField label="Search studies" value={filters.search} onChange={search} />
          {mayCreate && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
              New study
            </Button>
          )}
        </>
      }
    >
      {studies.isPending && (
        <div className={classes.grid} aria-busy="true">
          {["a", "b", "c"].map((key) => (
            <Skeleton key={key} h={222} />
          ))}
        </div>
      )}
      {studies.isError && <Problem error={studies.error} what="The studies could not be loaded" retry={() => void studies.refetch()} />}
      {studies.data && studies.data.results.length === 0 && (
        filters.search ? (
          <Empty
            title={`No study matches “${filters.search}”`}
            action={
              <Button variant="default" onClick={() => setFilters({ search: "" })}>
                Show all studies
              </Button>
            }
          >
            The search looks at names and descriptions of the studies you belong to.
          </Empty>
        ) : (
          <Empty
            title="You belong to no study yet"
            action={mayCreate ? <Button onClick={() => setCreating(true)}>Create the first study</Button> : undefined}
          >
            A study holds cases read under one protocol. A study administrator adds you with a role; it then appears here.
          </Empty>
        )
      )}
      {studies.data && studies.data.results.length > 0 && (
        <>
          <ul className={classes.grid} aria-label="Studies">
            {studies.data.results.map((study) => (
              <StudyCard key={study.id} study={study} />
            ))}
          </ul>
          <Pager count={studies.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="studies" />
        </>
      )}
      {mayCreate && <NewStudyDialog opened={creating} onClose={() => setCreating(false)} />}
    </PageBody>
  );
}

function StudyCard({ study }: { study: Study }) {
  const markers = Object.keys(study.protocol?.marker_schemes ?? {});
  return (
    <li className={classes.card}>
      <Preview study={study} />
      <Box p="md" className={classes.text}>
        <Title order={2} size="h3" lineClamp={1}>
          {study.case_count === null ? (
            study.name
          ) : (
            <Link to={`/studies/${study.id}`} className={classes.cover}>
              {study.name}
            </Link>
          )}
        </Title>
        <Text size="sm" c="dimmed" lineClamp={2} mt={2} className={classes.description}>
          {study.case_count === null ? "You do not belong to this study: only its name is shown to you." : study.description || "No description."}
        </Text>
        <Group justify="space-between" mt="sm" wrap="nowrap" gap="xs">
          <Text size="sm" className="duo-number" style={{ whiteSpace: "nowrap" }}>
            {study.case_count !== null && `${counted(study.case_count, "case")} · ${counted(study.slide_count ?? 0, "slide")}`}
            {markers.length > 0 && <Text span c="dimmed" inherit>{` · ${markers.join(", ")}`}</Text>}
          </Text>
        </Group>
        <Group gap={6} mt="sm" mih={22}>
          {study.my_roles.map((role) => (
            <Badge key={role} variant="default">
              {ROLE_WORDS[role]}
            </Badge>
          ))}
        </Group>
      </Box>
    </li>
  );
}

/** Four pictures of what the study holds; an even surface where there are none, or they are not ours to see. */
function Preview({ study }: { study: Study }) {
  const preview = useStudyPreview(study.id, (study.slide_count ?? 0) > 0);
  const slides = preview.data?.results.slice(0, 4) ?? [];
  return (
    <div className={classes.preview} aria-hidden>
      {slides.length === 0 && (
        <Text size="xs" c="dimmed" m="auto">
          {preview.isLoading || study.case_count === null ? "" : "No slides yet"}
        </Text>
      )}
      {slides.map((slide) => (
        <Thumbnail key={slide.id} slide={slide} height="100%" />
      ))}
    </div>
  );
}
