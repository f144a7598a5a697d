import { Box, Text } from "@mantine/core";
import { IconPlugConnectedX } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useLiveState } from "./LiveProvider";

/** Says that the page no longer updates by itself. A blip shorter than two seconds is not worth a word. */
export function LiveBanner() {
  const down = useLiveState() === "down";
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(down), down ? 2000 : 0);
    return () => clearTimeout(timer);
  }, [down]);
  return (
    <div role="status" aria-live="polite">
      {shown && (
        <Box
          px="md"
          py={4}
          style={{
            display: "flex",
            gap: 8,
            alignItems: "center",
            background: "light-dark(var(--mantine-color-amber-1), var(--mantine-color-dark-6))",
            color: "light-dark(var(--mantine-color-amber-9), var(--mantine-color-amber-3))",
          }}
        >
          <IconPlugConnectedX size={16} aria-hidden />
          <Text size="sm">Live updates are off; reconnecting… What you see may be a few seconds old.</Text>
        </Box>
      )}
    </div>
  );
}
