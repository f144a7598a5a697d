import { Center, Text } from "@mantine/core";
import { IconPhotoOff } from "@tabler/icons-react";
import { useState } from "react";
import { thumbnailUrl } from "../../api/queries/slides";
import classes from "./slides.module.css";

/** The slide's picture on white, as on a light table; it keeps its place whether or not there is one. */
export function Thumbnail({ slide, height, label }: {
  slide: { id: string; name: string; has_thumbnail: boolean };
  height: number | string;
  /** Empty where the name stands beside it. */
  label?: string;
}) {
  const [failed, setFailed] = useState(false);
  const empty = !slide.has_thumbnail || failed;
  return (
    <div className={classes.thumbnail} data-empty={empty || undefined} style={{ height }}>
      {empty ? (
        <Center h="100%">
          {typeof height === "number" && height < 60 ? (
            <IconPhotoOff size={16} aria-label="No picture yet" color="var(--duo-muted)" />
          ) : (
            <Text size="xs" c="dimmed">
              No picture yet
            </Text>
          )}
        </Center>
      ) : (
        <img src={thumbnailUrl(slide.id)} alt={label ?? ""} loading="lazy" decoding="async" draggable={false} onError={() => setFailed(true)} />
      )}
    </div>
  );
}
