import { Button, Group, Text } from "@mantine/core";
import { IconAlertTriangle, IconCloudOff } from "@tabler/icons-react";
import type { TileTrouble, Viewer } from "../../viewer/viewer";
import { useTileStatus } from "./use-viewer";
import classes from "./viewer.module.css";

/** Says in place what is wrong with the tissue, what is safe and what to do; nothing while all is well. */
export function TileNotice({ viewer }: { readonly viewer: Viewer }) {
  const trouble = useTileStatus(viewer, (status) => status.trouble);
  const words = TILE_WORDS[trouble];
  return (
    <output className={classes.notices}>
      {words !== null && (
        <Group className={classes.notice} gap="sm" wrap="nowrap">
          {trouble === "offline" ? <IconCloudOff size={18} aria-hidden /> : <IconAlertTriangle size={18} aria-hidden />}
          <Text size="sm">{words}</Text>
          <Button size="compact-sm" variant="default" onClick={() => viewer.retryTiles()}>
            Try now
          </Button>
        </Group>
      )}
    </output>
  );
}

export const TILE_WORDS: Readonly<Record<TileTrouble, string | null>> = {
  none: null,
  offline: "Offline: parts of the slide are missing here. They come by themselves once the server answers.",
  retrying: "The server has trouble with parts of the slide. Trying again by itself.",
  denied: "Access to this slide has ended. Sign in again or open the slide anew.",
  incomplete: "Parts of the slide do not exist in its file; they stay empty.",
};
