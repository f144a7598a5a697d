import { Button, Group, Select, Skeleton, Text } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useCallback, useState } from "react";
import { useNavigate } from "react-router";
import { useSlides } from "../../api/queries/slides";
import type { Study } from "../../api/types";
import { Empty } from "../../components/common/Empty";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { SearchField } from "../../components/common/SearchField";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { counted, MARKERS, SLIDE_STATE_WORDS } from "../../components/common/words";
import { ScoreAllCores } from "../../components/runs/ScoreAllCores";
import { SlideCard } from "../../components/slides/SlideCard";
import classes from "../../components/slides/slides.module.css";
import { AddSlideDialog } from "./AddSlideDialog";
import { mayKnowOfRuns } from "./roles";

export function SlidesTab({ study }: { study: Study }) {
  const [filters, setFilters] = useUrlFilters({ search: "", marker: "", state: "", page: "1" });
  const slides = useSlides(study.id, { ...filters, page: pageOf(filters.page) });
  const [adding, setAdding] = useState(false);
  const search = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  const isTechnician = study.my_roles.includes("technician");
  const mayStart = (isTechnician || study.my_roles.includes("administrator")) && mayKnowOfRuns(study.my_roles, study.protocol?.readers_per_specimen ?? 2);
  const navigate = useNavigate();
  const narrowed = filters.search !== "" || filters.marker !== "" || filters.state !== "";
  const markers = [...new Set([...Object.keys(study.protocol?.marker_schemes ?? {}), ...MARKERS])];
  return (
    <>
      <Group justify="space-between" mb="md" gap="sm">
        <Group gap="sm">
          <SearchField label="Search slides" value={filters.search} onChange={search} width={220} />
          <Select aria-label="Marker" placeholder="All markers" clearable w={140} data={markers} value={filters.marker || null} onChange={(marker) => setFilters({ marker: marker ?? "" })} />
          <Select
            aria-label="State"
            placeholder="All states"
            clearable
            w={150}
            data={Object.entries(SLIDE_STATE_WORDS).map(([value, label]) => ({ value, label }))}
            value={filters.state || null}
            onChange={(state) => setFilters({ state: state ?? "" })}
          />
        </Group>
        <Group gap="md">
          {slides.data && (
            <Text size="sm" c="dimmed" className="duo-number">
              {counted(slides.data.count, "slide")}
            </Text>
          )}
          {isTechnician && (
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setAdding(true)}>
              Add slide
            </Button>
          )}
        </Group>
      </Group>
      {slides.isError && <Problem error={slides.error} what="The slides could not be loaded" retry={() => void slides.refetch()} />}
      {slides.isPending && (
        <div className={classes.grid} aria-busy="true">
          {["a", "b", "c", "d", "e", "f", "g", "h"].map((key) => (
            <Skeleton key={key} h={272} />
          ))}
        </div>
      )}
      {slides.data && slides.data.results.length === 0 && (
        <Empty
          title={narrowed ? "No slide matches these filters" : "No slides yet"}
          action={
            narrowed ? (
              <Button variant="default" onClick={() => setFilters({ search: "", marker: "", state: "" })}>
                Show all slides
              </Button>
            ) : isTechnician ? (
              <Button onClick={() => setAdding(true)}>Add the first slide</Button>
            ) : undefined
          }
        >
          {narrowed
            ? "Slides are searched by their neutral name."
            : "A slide is one whole-slide image or field of view. A technician adds it from the inbox folder or uploads it."}
        </Empty>
      )}
      {slides.data && slides.data.results.length > 0 && (
        <div className={classes.grid} style={{ opacity: slides.isPlaceholderData ? 0.6 : 1 }}>
          {slides.data.results.map((slide) => (
            <SlideCard key={slide.id} slide={slide} mayEdit={isTechnician}>
              {mayStart && slide.specimens.some((specimen) => specimen.kind === "core") && (
                <ScoreAllCores slide={slide} preferred={study.protocol?.algorithms ?? []} onStarted={(batch) => void navigate(`/batches/${batch}`)} />
              )}
            </SlideCard>
          ))}
        </div>
      )}
      {slides.data && <Pager count={slides.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="slides" />}
      {isTechnician && <AddSlideDialog study={study} opened={adding} onClose={() => setAdding(false)} />}
    </>
  );
}
