import { Center, Text } from "@mantine/core";

/** Words, not a spinner; shown only where no skeleton of the final size is possible. */
export function Loading({ what }: { what: string }) {
  return (
    <Center mih="40vh" role="status">
      <Text c="dimmed">{what}</Text>
    </Center>
  );
}
