import { Alert, Button, Code, CopyButton, Group, Select, Skeleton, Table, Text, TextInput } from "@mantine/core";
import { IconKey } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useCreateToken, useRevokeToken, useTokens } from "../../api/queries/me";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";
import { Problem } from "../../components/common/Problem";
import { Time } from "../../components/common/Time";
import { Section } from "./Section";

const LIFETIMES = [
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "One year" },
  { value: "", label: "Until revoked" },
];

export function TokensSection() {
  const tokens = useTokens();
  const create = useCreateToken();
  const revoke = useRevokeToken();
  const [name, setName] = useState("");
  const [days, setDays] = useState("90");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ name: name.trim(), expires_in_days: days === "" ? undefined : Number(days) }, { onSuccess: () => setName("") });
  };
  return (
    <Section title="Access tokens" about="For programs that use the HTTP interface in your name, with your rights.">
      <form onSubmit={submit}>
        <Group align="flex-start" mb="sm">
          <TextInput label="What it is for" w={260} maxLength={80} value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldError(create.error, "name")} />
          <Select label="Valid for" w={150} allowDeselect={false} data={LIFETIMES} value={days} onChange={(value) => setDays(value ?? "90")} error={fieldError(create.error, "expires_in_days")} />
          <Button type="submit" mt={25} loading={create.isPending} disabled={name.trim() === ""}>
            Create
          </Button>
        </Group>
      </form>
      <FormProblem error={create.error} fields={["name", "expires_in_days"]} />
      {create.data && (
        <Alert color="teal" variant="light" icon={<IconKey aria-hidden />} title={`The token “${create.data.name}” is shown only now`} mb="sm" withCloseButton closeButtonLabel="I have kept it" onClose={() => create.reset()}>
          <Group gap="xs">
            <Code fz="sm" style={{ overflowWrap: "anywhere" }}>
              {create.data.token}
            </Code>
            <CopyButton value={create.data.token}>
              {({ copied, copy }) => (
                <Button variant="default" size="xs" onClick={copy}>
                  {copied ? "Copied" : "Copy"}
                </Button>
              )}
            </CopyButton>
          </Group>
        </Alert>
      )}
      <FormProblem error={revoke.error} />
      {tokens.isPending && <Skeleton h={80} />}
      {tokens.isError && <Problem error={tokens.error} what="The tokens could not be loaded" retry={() => void tokens.refetch()} />}
      {tokens.data?.results.length === 0 && (
        <Text size="sm" c="dimmed">
          You have no tokens.
        </Text>
      )}
      {tokens.data && tokens.data.results.length > 0 && (
        <Table aria-label="Your tokens">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>For</Table.Th>
              <Table.Th>Begins with</Table.Th>
              <Table.Th>Ends</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.data.results.map((token) => (
              <Table.Tr key={token.id}>
                <Table.Td>{token.name}</Table.Td>
                <Table.Td>
                  <Code>{token.prefix}…</Code>
                </Table.Td>
                <Table.Td>{token.expires_at ? <Time iso={token.expires_at} /> : "when revoked"}</Table.Td>
                <Table.Td>{token.last_used_at ? <Time iso={token.last_used_at} relative /> : "never"}</Table.Td>
                <Table.Td ta="right">
                  <Button size="compact-sm" variant="default" loading={revoke.isPending && revoke.variables === token.id} onClick={() => revoke.mutate(token.id)}>
                    Revoke
                  </Button>
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Section>
  );
}
