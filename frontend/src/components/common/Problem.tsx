import { Alert, Button, Group, Stack, Text } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { ApiError } from "../../api/client";

const SAFE: Record<string, string> = {
  network: "Nothing was lost. The page tries again when you ask it to.",
  server: "Nothing was changed. If it happens again, tell your administrator the time.",
};

function titleFor(error: unknown, what: string): string {
  if (error instanceof ApiError && error.status === 404) return "Nothing is shown here";
  if (error instanceof ApiError && error.status === 403) return "This is not yours to open";
  return what;
}

function detailFor(error: unknown): string {
  if (error instanceof ApiError) return error.detail;
  return "Something in this page went wrong.";
}

function safeFor(error: unknown): string | null {
  if (!(error instanceof ApiError)) return SAFE.server ?? null;
  if (error.status === 0) return SAFE.network ?? null;
  return error.status >= 500 ? (SAFE.server ?? null) : null;
}

/** An error in place: what happened, what is safe, what to do. */
export function Problem({ error, what, retry, action }: {
  error: unknown;
  what: string;
  retry?: () => void;
  action?: React.ReactNode;
}) {
  const safe = safeFor(error);
  const showRetry = retry && !(error instanceof ApiError && [403, 404].includes(error.status));
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={<IconAlertTriangle aria-hidden />}
      title={titleFor(error, what)}
      maw={720}
      my="md"
    >
      <Stack gap="xs">
        <Text size="sm">{detailFor(error)}</Text>
        {safe && safe !== detailFor(error) && <Text size="sm">{safe}</Text>}
        {(showRetry || action) && (
          <Group gap="sm" mt={4}>
            {showRetry && (
              <Button size="xs" variant="default" onClick={retry}>
                Try again
              </Button>
            )}
            {action}
          </Group>
        )}
      </Stack>
    </Alert>
  );
}
