import { Alert, Button, Group, PasswordInput, Stack, Text, Textarea, Title } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { ApiError } from "../../api/client";
import { useShowAccession, useSignCaseOut, useSignOut, useWithdrawCase } from "../../api/queries/study-life";
import type { Case, Role } from "../../api/types";
import { ConfirmInPlace } from "../common/ConfirmInPlace";
import { Disclosure } from "../common/Disclosure";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";
import { Time } from "../common/Time";
import { isReadingRole } from "../common/words";
import { summaryLines } from "./case-summary";

/** What some may do with a case beside looking at its tissue. Each part is shown only to those it is for. */
export function CaseAdministration({ item, roles }: { item: Case; roles: readonly Role[] }) {
  const signs = roles.some(isReadingRole);
  return (
    <Stack gap="lg" mt="xl" maw={720}>
      {item.withdrawn_at && (
        <Alert color="amber" variant="outline" title="The patient withdrew">
          Nothing more of this case is read or shown since <Time iso={item.withdrawn_at} />.
        </Alert>
      )}
      {(signs || roles.includes("administrator")) && <SigningOut id={item.id} maySign={signs && !item.withdrawn_at} />}
      {roles.includes("key_holder") && <Accession id={item.id} />}
      {roles.includes("administrator") && !item.withdrawn_at && <Withdrawal id={item.id} />}
    </Stack>
  );
}

function SigningOut({ id, maySign }: { id: string; maySign: boolean }) {
  const found = useSignOut(id, true);
  if (found.isPending || found.isError) return null;
  if (found.data) {
    return (
      <section aria-label="Sign-out">
        <Title order={2} size="h3">
          Signed out
        </Title>
        <Text size="sm">
          {found.data.signer}, <Time iso={found.data.signed_at ?? found.data.created_at} />: {found.data.meaning}
        </Text>
        {summaryLines(found.data.summary).map((line) => (
          <Text key={line} size="sm">
            {line}
          </Text>
        ))}
        {found.data.comment && (
          <Text size="sm" c="dimmed">
            {found.data.comment}
          </Text>
        )}
      </section>
    );
  }
  return maySign ? (
    <Disclosure label="Sign the case out across its markers">
      <SignOutForm id={id} />
    </Disclosure>
  ) : null;
}

function SignOutForm({ id }: { id: string }) {
  const sign = useSignCaseOut(id);
  const [comment, setComment] = useState("");
  const [password, setPassword] = useState("");
  const code = sign.error instanceof ApiError ? sign.error.code : "";
  const asksPassword = code === "password_needed" || code === "password_wrong";
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    sign.mutate({ comment: comment.trim(), ...(password ? { password } : {}) });
  };
  return (
    <form onSubmit={submit} aria-label="Sign the case out">
      <Stack gap="sm">
        <Text size="sm">Closes the case with the consensus of each marker as it stands. It is signed with your name and cannot be taken back.</Text>
        <Textarea label="Comment" autosize minRows={2} maxLength={4000} value={comment} onChange={(event) => setComment(event.currentTarget.value)} error={fieldError(sign.error, "comment")} />
        {asksPassword && (
          <PasswordInput label="Your password" description="Asked for at the first signature after signing in" autoFocus autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={code === "password_wrong" ? sign.error?.message : undefined} />
        )}
        {!asksPassword && <FormProblem error={sign.error} fields={["comment"]} />}
        <Group>
          <Button type="submit" loading={sign.isPending} disabled={asksPassword && password === ""}>
            Sign out
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Accession({ id }: { id: string }) {
  const show = useShowAccession(id);
  return (
    <section aria-label="Accession">
      <Title order={2} size="h3" mb={4}>
        Accession
      </Title>
      {show.data ? (
        <Text size="sm" className="duo-number">
          {show.data.accession}
        </Text>
      ) : (
        <Stack gap={6} align="flex-start">
          <Text size="sm">This will be recorded: you will have looked up whose case this is.</Text>
          <Button variant="default" leftSection={<IconKey size={16} aria-hidden />} loading={show.isPending} onClick={() => show.mutate()}>
            Show the accession
          </Button>
          <FormProblem error={show.error} />
        </Stack>
      )}
    </section>
  );
}

function Withdrawal({ id }: { id: string }) {
  const withdraw = useWithdrawCase(id);
  return (
    <section aria-label="Withdrawal">
      <Title order={2} size="h3" mb={6}>
        Withdrawal
      </Title>
      <ConfirmInPlace
        danger
        label="The patient withdraws"
        confirm="Withdraw the case"
        says="Nobody reads this case any more, open assignments end, and it leaves the statistics. Signed readings stay in the record. This cannot be taken back."
        reason="Why"
        busy={withdraw.isPending}
        error={withdraw.error}
        onConfirm={(reason, close) => withdraw.mutate(reason, { onSuccess: close })}
      />
    </section>
  );
}
