import { Alert, Button, Code, CopyButton, Group, PasswordInput, SimpleGrid, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { IconShieldCheck } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { activateTotp, authenticators, confirmPassword, deactivateTotp, needsPasswordAgain, recoveryCodes, totpSetup } from "../../api/auth";
import { keys } from "../../api/keys";
import { FormProblem } from "../../components/common/FormProblem";
import { Problem } from "../../components/common/Problem";
import { Time } from "../../components/common/Time";
import { Section } from "./Section";

/** "ABCD EFGH …": a secret as it is typed into an authenticator app. */
export const inFours = (secret: string): string => secret.match(/.{1,4}/g)?.join(" ") ?? secret;

export function MfaSection() {
  const client = useQueryClient();
  const found = useQuery({ queryKey: keys.authenticators, queryFn: ({ signal }) => authenticators(signal) });
  const totp = found.data?.find((item) => item.type === "totp");
  const codes = found.data?.find((item) => item.type === "recovery_codes");
  const [setUp, setSetUp] = useState(false);
  const done = (): void => {
    setSetUp(false);
    void client.invalidateQueries({ queryKey: keys.authenticators });
    void client.invalidateQueries({ queryKey: keys.me });
  };
  return (
    <Section title="Second step when signing in" about="An authenticator app on your phone shows a code that is asked for after the password.">
      {found.isPending && <Skeleton h={36} />}
      {found.isError && <Problem error={found.error} what="The second step could not be loaded" retry={() => void found.refetch()} />}
      {found.data && !totp && !setUp && <Button onClick={() => setSetUp(true)}>Set up an authenticator app</Button>}
      {found.data && !totp && setUp && <SetUp onDone={done} onCancel={() => setSetUp(false)} />}
      {totp && (
        <Stack gap="sm">
          <Group gap="xs">
            <IconShieldCheck size={18} color="var(--mantine-color-teal-5)" aria-hidden />
            <Text size="sm">
              On since <Time iso={new Date(totp.created_at * 1000).toISOString()} />
              {codes ? `; ${codes.unused_code_count} of ${codes.total_code_count} recovery codes are unused.` : "."}
            </Text>
          </Group>
          <RecoveryCodes />
          <TurnOff onDone={done} />
        </Stack>
      )}
    </Section>
  );
}

/** Shows the password field when the server wants it again, then does what was asked. */
function PasswordAgain({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState("");
  const confirm = useMutation({ mutationFn: () => confirmPassword(password), onSuccess: onDone });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    confirm.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Group align="flex-end">
        <PasswordInput label="Your password, to confirm that it is you" autoComplete="current-password" autoFocus w={300} value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={confirm.isError ? "This is not your password." : undefined} />
        <Button type="submit" loading={confirm.isPending}>
          Confirm
        </Button>
      </Group>
    </form>
  );
}

function SetUp({ onDone, onCancel }: { onDone: () => void; onCancel: () => void }) {
  const setup = useQuery({ queryKey: [...keys.authenticators, "setup"], queryFn: ({ signal }) => totpSetup(signal), gcTime: 0, staleTime: Number.POSITIVE_INFINITY, refetchOnWindowFocus: false });
  const [code, setCode] = useState("");
  const activate = useMutation({ mutationFn: () => activateTotp(code.trim()), onSuccess: onDone });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    activate.mutate();
  };
  if (needsPasswordAgain(setup.error)) return <PasswordAgain onDone={() => void setup.refetch()} />;
  if (needsPasswordAgain(activate.error)) return <PasswordAgain onDone={() => activate.mutate()} />;
  if (setup.isPending) return <Skeleton h={140} />;
  if (setup.isError) return <Problem error={setup.error} what="No secret could be made" retry={() => void setup.refetch()} />;
  if (!setup.data) return <Text size="sm">An authenticator app is already set up.</Text>;
  const { secret, totp_url: url } = setup.data;
  return (
    <form onSubmit={submit}>
      <Stack gap="sm" maw={520}>
        <Text size="sm">1. In the authenticator app add an account by hand and type this key (time-based, 6 digits):</Text>
        <Group gap="xs">
          <Code fz="md" px="sm" py={6}>
            {inFours(secret)}
          </Code>
          <CopyButton value={secret}>
            {({ copied, copy }) => (
              <Button variant="default" size="xs" onClick={copy}>
                {copied ? "Copied" : "Copy"}
              </Button>
            )}
          </CopyButton>
          <Button component="a" href={url} variant="subtle" size="xs">
            Open in an app here
          </Button>
        </Group>
        <Text size="sm">2. Type the code that the app shows now:</Text>
        <Group align="flex-start">
          <TextInput aria-label="Code shown by the app" inputMode="numeric" autoComplete="one-time-code" maxLength={6} w={120} value={code} onChange={(event) => setCode(event.currentTarget.value)} />
          <Button type="submit" loading={activate.isPending} disabled={code.trim().length !== 6}>
            Turn on
          </Button>
          <Button variant="default" onClick={onCancel}>
            Cancel
          </Button>
        </Group>
        <FormProblem error={activate.error} />
      </Stack>
    </form>
  );
}

function RecoveryCodes() {
  const show = useMutation({ mutationFn: () => recoveryCodes() });
  if (needsPasswordAgain(show.error)) return <PasswordAgain onDone={() => show.mutate()} />;
  if (show.data) {
    return (
      <Alert color="gray" variant="light" title="Recovery codes: each works once. Keep them where your phone is not.">
        <SimpleGrid cols={{ base: 2, sm: 5 }} spacing={6}>
          {show.data.map((code) => (
            <Code key={code}>{code}</Code>
          ))}
        </SimpleGrid>
      </Alert>
    );
  }
  return (
    <Group>
      <Button variant="default" size="xs" loading={show.isPending} onClick={() => show.mutate()}>
        Show the recovery codes
      </Button>
      <FormProblem error={show.error} />
    </Group>
  );
}

function TurnOff({ onDone }: { onDone: () => void }) {
  const [asked, setAsked] = useState(false);
  const off = useMutation({ mutationFn: () => deactivateTotp(), onSuccess: onDone });
  if (needsPasswordAgain(off.error)) return <PasswordAgain onDone={() => off.mutate()} />;
  return (
    <Group gap="xs">
      {asked ? (
        <>
          <Text size="sm">Sign in with the password alone from now on?</Text>
          <Button size="xs" variant="default" onClick={() => setAsked(false)}>
            Keep it on
          </Button>
          <Button size="xs" color="red" loading={off.isPending} onClick={() => off.mutate()}>
            Turn off
          </Button>
        </>
      ) : (
        <Button variant="default" size="xs" onClick={() => setAsked(true)}>
          Turn off
        </Button>
      )}
      <FormProblem error={off.error} />
    </Group>
  );
}
