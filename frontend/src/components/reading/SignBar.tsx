import { Button, PasswordInput, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { keyCaps } from "../../commands/shortcuts";
import type { Signing } from "./use-signing";

/** The signature: one button, the password in place at the session's first, and 400 ms of "signed". */
export function SignBar({ signing, label, password: withPassword = true }: { signing: Signing; label: string; password?: boolean }) {
  const field = useRef<HTMLInputElement>(null);
  const { asking, passwordProblem } = signing;
  useEffect(() => {
    if (asking) field.current?.focus();
  }, [asking, passwordProblem]);
  if (signing.confirmed !== null) {
    return (
      <Button fullWidth size="md" color="teal" leftSection={<IconCheck size={20} aria-hidden />} data-testid="signed" component="div" role="status">
        {signing.confirmed}
      </Button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        signing.submit();
      }}
    >
      <Stack gap={8}>
        {signing.problem !== "" && (
          <Text size="sm" role="alert" c="light-dark(var(--mantine-color-red-8), var(--mantine-color-red-4))">
            <IconAlertTriangle size={15} aria-hidden style={{ verticalAlign: "-2px", marginRight: 6 }} />
            {signing.problem}
          </Text>
        )}
        {withPassword && asking && (
          <PasswordInput
            ref={field}
            label="Your password, once in this session"
            size="sm"
            autoComplete="current-password"
            value={signing.password}
            error={passwordProblem || undefined}
            onChange={(event) => signing.setPassword(event.currentTarget.value)}
          />
        )}
        <Button type="submit" fullWidth size="md" loading={signing.isPending} rightSection={<SignKeys />}>
          {label}
        </Button>
      </Stack>
    </form>
  );
}

function SignKeys() {
  return (
    <Text span size="sm" opacity={0.8} aria-hidden>
      {keyCaps("Mod+Enter").join(" ")}
    </Text>
  );
}
