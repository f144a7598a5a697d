import { Button, Group, PasswordInput, Stack, Table, Text, Textarea, Title } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import type { SignedMarker, SignOut } from "../../api/administration";
import { ApiError } from "../../api/client";
import { useShowCase, useSignCaseOut, useSignOut } from "../../api/queries/case-life";
import type { Id } from "../../api/types";
import { fieldError } from "../common/form-errors";
import { FormProblem } from "../common/FormProblem";
import { Time } from "../common/Time";
import { signedText } from "./signed-text";

/** A case across its markers: look (which is recorded), then sign. Nothing is here while it cannot be signed out. */
export function SigningOut({ id }: { id: Id }) {
  const found = useSignOut(id, true);
  const show = useShowCase(id);
  if (!found.data || !(found.data.may_sign_out || found.data.signed_out)) return null;
  const { signed_out: signed } = found.data;
  const markers = signed?.markers ?? show.data?.markers ?? null;
  return (
    <section aria-label="Sign-out">
      <Title order={2} size="h3" mb={4}>
        {signed ? "Signed out" : "Sign the case out"}
      </Title>
      {signed && (
        <Text size="sm" mb="xs">
          {signed.signer}, <Time iso={signed.signed_at} />: {signed.meaning}
        </Text>
      )}
      {markers === null ? (
        <Stack gap={6} align="flex-start">
          <Text size="sm">All its specimens are decided. This will be recorded: you will have seen their consensus.</Text>
          <Button variant="default" leftSection={<IconEye size={16} aria-hidden />} loading={show.isPending} onClick={() => show.mutate()}>
            Show the results
          </Button>
          <FormProblem error={show.error} />
        </Stack>
      ) : (
        <Markers markers={markers} />
      )}
      {signed?.comment && (
        <Text size="sm" c="dimmed" mt="xs">
          {signed.comment}
        </Text>
      )}
      {markers !== null && found.data.may_sign_out && <SignOutForm id={id} state={found.data} />}
    </section>
  );
}

function Markers({ markers }: { markers: readonly SignedMarker[] }) {
  return (
    <Table aria-label="Results by marker" verticalSpacing={6} maw={860}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th w={90}>Marker</Table.Th>
          <Table.Th w={220}>Result</Table.Th>
          <Table.Th>How</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {markers.map((marker) => (
          <Table.Tr key={marker.marker}>
            <Table.Td>{marker.marker}</Table.Td>
            <Table.Td fw={600}>{signedText(marker)}</Table.Td>
            <Table.Td>
              <Text size="sm">{marker.rule}</Text>
              {marker.specimens.length > 1 && (
                <Text size="xs" c="dimmed">
                  {marker.specimens.map((specimen) => `${specimen.place ?? specimen.slide_name}: ${signedText(specimen)}`).join(" · ")}
                </Text>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
}

function SignOutForm({ id, state }: { id: Id; state: SignOut }) {
  const sign = useSignCaseOut(id);
  const [comment, setComment] = useState("");
  const [password, setPassword] = useState("");
  const code = sign.error instanceof ApiError ? sign.error.code : "";
  const isOfPassword = code.startsWith("password_");
  const asks = state.needs_password || isOfPassword;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    sign.mutate({ comment: comment.trim(), ...(password ? { password } : {}) });
  };
  return (
    <form onSubmit={submit} aria-label="Sign the case out">
      <Stack gap="sm" mt="md" maw={560}>
        <Textarea label="Comment" autosize minRows={2} maxLength={4000} value={comment} onChange={(event) => setComment(event.currentTarget.value)} error={fieldError(sign.error, "comment")} />
        {asks && (
          <PasswordInput label="Your password" description="Asked for at the first signature after signing in" autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={isOfPassword && code !== "password_needed" ? sign.error?.message : undefined} />
        )}
        {!isOfPassword && <FormProblem error={sign.error} fields={["comment"]} />}
        <Group gap="sm">
          <Button type="submit" loading={sign.isPending} disabled={asks && password === ""}>
            Sign the case out
          </Button>
          <Text size="sm" c="dimmed">
            With your name; it cannot be taken back.
          </Text>
        </Group>
      </Stack>
    </form>
  );
}
