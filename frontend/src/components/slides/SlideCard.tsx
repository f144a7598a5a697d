import { Badge, Button, Group, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { toNumber } from "../../api/numbers";
import { useRetrySlide } from "../../api/queries/slides";
import type { Slide } from "../../api/types";
import { FormProblem } from "../common/FormProblem";
import { counted, grouped, SOURCE_WORDS } from "../common/words";
import { PixelSizeForm } from "./PixelSizeForm";
import { StateChip } from "./StateChip";
import { Thumbnail } from "./Thumbnail";
import classes from "./slides.module.css";

/** "0.25 µm/px, from the file" */
export function pixelSizeText(slide: Pick<Slide, "um_per_px" | "um_per_px_source">): string {
  const size = toNumber(slide.um_per_px);
  return size === null ? "µm/px not known" : `${Number(size.toPrecision(4))} µm/px, ${SOURCE_WORDS[slide.um_per_px_source]}`;
}

/** A slide of the grid: picture, marker, scale and state; what a technician has to do about it stands on it. */
export function SlideCard({ slide, mayEdit, children }: { slide: Slide; mayEdit: boolean; children?: ReactNode }) {
  const retry = useRetrySlide();
  const cases = [...new Set(slide.specimens.map((specimen) => specimen.case?.code).filter(Boolean))];
  const cores = slide.specimens.filter((specimen) => specimen.kind === "core").length;
  const ready = slide.state === "ready";
  return (
    <article className={classes.card} aria-label={`Slide ${slide.name}`}>
      <Thumbnail slide={slide} height={148} />
      <Group justify="space-between" wrap="nowrap" gap="xs" align="flex-start">
        <div style={{ minWidth: 0 }}>
          <Text fw={550} size="sm" truncate="end" title={slide.name}>
            {ready ? (
              <Link to={`/slides/${slide.id}`} className={classes.cover}>
                {slide.name}
              </Link>
            ) : (
              slide.name
            )}
          </Text>
          <Text size="xs" c="dimmed" truncate="end">
            {cases.length === 0 ? "no case" : cases.length > 2 ? `${cases.length} cases` : cases.join(", ")}
            {cores > 0 && ` · ${counted(cores, "core")}`}
          </Text>
        </div>
        <Badge variant="default" style={{ flex: "none" }}>
          {slide.marker}
        </Badge>
      </Group>
      <Group justify="space-between" wrap="nowrap" gap="xs">
        <Text size="xs" c="dimmed" className="duo-number" truncate="end">
          {slide.width_px > 0 ? `${grouped(slide.width_px)} × ${grouped(slide.height_px)} px` : "size not read yet"}
        </Text>
        <span className={classes.above}>
          <StateChip state={slide.state} />
        </span>
      </Group>
      {ready && !slide.needs_um_per_px && (
        <Text size="xs" c="dimmed" className="duo-number">
          {pixelSizeText(slide)}
        </Text>
      )}
      {slide.needs_um_per_px &&
        (mayEdit ? (
          <div className={classes.above}>
            <PixelSizeForm slide={slide} />
          </div>
        ) : (
          <Text size="xs" c="light-dark(var(--mantine-color-amber-8), var(--mantine-color-amber-4))">
            µm/px not known: a technician is asked
          </Text>
        ))}
      {slide.state === "refused" && (
        <div className={classes.above}>
          <Text size="xs" c="light-dark(var(--mantine-color-red-9), var(--mantine-color-red-4))">
            {slide.refusal || "This file could not be read."}
          </Text>
          {mayEdit && (
            <>
              <FormProblem error={retry.error} />
              <Button size="compact-xs" variant="default" mt={6} loading={retry.isPending} onClick={() => retry.mutate(slide.id)}>
                Try to read it again
              </Button>
            </>
          )}
        </div>
      )}
      {ready && children && <div className={classes.above}>{children}</div>}
    </article>
  );
}
