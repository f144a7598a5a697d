import { Skeleton, Text } from "@mantine/core";
import { Link } from "react-router";
import { useCase } from "../../api/queries/studies";
import { slidesOf } from "../../components/slides/slides-of";
import { Thumbnail } from "../../components/slides/Thumbnail";
import classes from "./reading-room.module.css";

/** The case's slides as thumbnails; the one on show is marked. */
export function CaseStrip({ current, caseId }: { current: string; caseId: string | null }) {
  const found = useCase(caseId ?? undefined);
  if (caseId === null) return null;
  const slides = found.data ? slidesOf(found.data) : [];
  return (
    <nav className={classes.strip} aria-label="Slides of this case">
      {found.isPending && <Skeleton h={76} />}
      {found.isError && (
        <Text size="xs" c="dimmed">
          The case’s other slides could not be loaded.
        </Text>
      )}
      {slides.map(({ slide }) =>
        slide.state === "ready" ? (
          <Link key={slide.id} to={`/slides/${slide.id}`} className={classes.stripItem} aria-current={slide.id === current ? "page" : undefined} title={slide.name}>
            <Thumbnail slide={slide} height={58} />
            <Text size="xs" ta="center" fw={slide.id === current ? 600 : 400}>
              {slide.marker}
            </Text>
          </Link>
        ) : null,
      )}
    </nav>
  );
}
