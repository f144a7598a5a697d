import { Alert, Button, Center, Group, Paper, PasswordInput, PinInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { sendMfaCode, session, signIn, type SignInStep } from "../../api/auth";
import { ApiError } from "../../api/client";
import { Brand } from "../../components/shell/Brand";
import { useTitle } from "../../components/shell/slots";

/** Only an address of this site is followed after signing in. */
export function safeNext(next: string | null): string {
  if (!next || !next.startsWith("/") || next.startsWith("//") || next.includes("\\") || next.startsWith("/sign-in")) return "/";
  return next;
}

/** What went wrong, in words for the person at the form. */
export function signInProblem(error: unknown, step: SignInStep): string {
  if (!(error instanceof ApiError)) return "This page went wrong. Load it again.";
  if (error.status === 0) return "The server did not answer. Check the connection and try again.";
  if (error.status === 429 || error.code === "too_many_login_attempts") {
    return "Signing in is locked for a while after too many attempts. Wait 15 minutes, or ask your administrator.";
  }
  if (error.status === 403) return "This page is too old, or this browser keeps no cookies. Allow them and load the page again.";
  if (error.status >= 500) return "The server has a problem. Your password was not the cause; try again in a moment.";
  if (step === "mfa") return "This code does not fit. Codes change every 30 seconds: type the one shown now.";
  return "User name and password do not belong together. Check Caps Lock and try again.";
}

export function SignInPage() {
  useTitle("Sign in");
  const navigate = useNavigate();
  const [params] = useSearchParams();
  const client = useQueryClient();
  const [step, setStep] = useState<SignInStep>("credentials");
  const [username, setUsername] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const next = safeNext(params.get("next"));
  const passwordField = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // Sets the CSRF cookie, and goes on at once where somebody is signed in or half way through.
    const abort = new AbortController();
    session(abort.signal)
      .then((found) => {
        if (found === "signed_in") void navigate(next, { replace: true });
        else setStep(found);
      })
      .catch((error: unknown) => {
        if (!abort.signal.aborted) setProblem(signInProblem(error, "credentials"));
      });
    return () => abort.abort();
  }, [navigate, next]);

  const advance = async (action: Promise<SignInStep>): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      const found = await action;
      if (found === "signed_in") {
        client.clear();
        void navigate(next, { replace: true });
        return;
      }
      setStep(found);
      setCode("");
    } catch (error) {
      setProblem(signInProblem(error, step));
      setCode("");
      if (step === "credentials") passwordField.current?.select();
    } finally {
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (step === "mfa") void advance(sendMfaCode(code));
    else void advance(signIn(username.trim(), password));
  };

  return (
    <main>
      <Center mih="100dvh" p="md">
        <Stack w={380} gap="lg">
          <Group gap={10} justify="center" fz={24} fw={640} style={{ letterSpacing: "-0.015em" }}>
            <Brand size={32} />
          </Group>
          <Paper withBorder p="xl" shadow="sm">
            <form onSubmit={submit} aria-label="Sign in">
              <Stack gap="md">
                <Title order={2}>{step === "mfa" ? "Your second step" : "Sign in"}</Title>
                {problem && (
                  <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle aria-hidden />} p="sm">
                    {problem}
                  </Alert>
                )}
                {step === "mfa" ? (
                  <>
                    <Text size="sm" c="dimmed">
                      Type the six-digit code of your authenticator app, or one of your recovery codes below.
                    </Text>
                    <PinInput
                      length={6}
                      type="number"
                      size="md"
                      oneTimeCode
                      autoFocus
                      value={code.length <= 6 ? code : ""}
                      onChange={setCode}
                      onComplete={(value) => void advance(sendMfaCode(value))}
                      getInputProps={(index: number) => ({ "aria-label": `Digit ${index + 1}` })}
                      aria-label="Code of your authenticator app"
                    />
                    <TextInput
                      label="Recovery code"
                      description="Only if your authenticator is not at hand"
                      value={code.length > 6 ? code : ""}
                      onChange={(event) => setCode(event.currentTarget.value)}
                      autoComplete="off"
                    />
                    <Button type="submit" size="md" loading={busy} disabled={code.length < 6}>
                      Continue
                    </Button>
                    <Button variant="subtle" color="gray" size="xs" onClick={() => setStep("credentials")}>
                      Use another account
                    </Button>
                  </>
                ) : (
                  <>
                    <TextInput
                      label="User name"
                      size="md"
                      autoFocus
                      required
                      withAsterisk={false}
                      autoComplete="username"
                      autoCapitalize="none"
                      spellCheck={false}
                      value={username}
                      onChange={(event) => setUsername(event.currentTarget.value)}
                    />
                    <PasswordInput
                      ref={passwordField}
                      label="Password"
                      size="md"
                      required
                      withAsterisk={false}
                      autoComplete="current-password"
                      value={password}
                      onChange={(event) => setPassword(event.currentTarget.value)}
                    />
                    <Button type="submit" size="md" loading={busy}>
                      Sign in
                    </Button>
                  </>
                )}
              </Stack>
            </form>
          </Paper>
          <Text size="xs" c="dimmed" ta="center">
            Double reading of immunohistochemistry. Research use only: not for diagnosis.
          </Text>
        </Stack>
      </Center>
    </main>
  );
}
