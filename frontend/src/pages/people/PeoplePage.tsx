import { Badge, Button, Group, Modal, PasswordInput, Skeleton, Stack, Table, Text, TextInput } from "@mantine/core";
import { IconBan, IconCheck, IconPlus } from "@tabler/icons-react";
import { type FormEvent, useCallback, useState } from "react";
import { useMe } from "../../api/queries/me";
import { useCreatePerson, usePeople, useSetActive } from "../../api/queries/people";
import type { Person } from "../../api/types";
import { Chip } from "../../components/common/Chip";
import { Empty } from "../../components/common/Empty";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";
import { Pager } from "../../components/common/Pager";
import { Problem } from "../../components/common/Problem";
import { SearchField } from "../../components/common/SearchField";
import { Time } from "../../components/common/Time";
import { pageOf, useUrlFilters } from "../../components/common/url-state";
import { PageBody } from "../../components/shell/PageBody";
import { Trail } from "../../components/shell/Trail";

export function PeoplePage() {
  const [filters, setFilters] = useUrlFilters({ search: "", page: "1" });
  const people = usePeople({ search: filters.search, page: pageOf(filters.page) });
  const me = useMe();
  const [creating, setCreating] = useState(false);
  const search = useCallback((text: string) => setFilters({ search: text }), [setFilters]);
  return (
    <PageBody
      title="People"
      about="Everybody who can sign in. Roles are given study by study, by its administrators."
      actions={
        !people.isError && (
          <>
            <SearchField label="Search user names" value={filters.search} onChange={search} />
            <Button leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setCreating(true)}>
              New person
            </Button>
          </>
        )
      }
    >
      <Trail crumbs={[{ label: "People" }]} />
      {people.isPending && <Skeleton h={360} />}
      {people.isError && <Problem error={people.error} what="The people could not be loaded" retry={() => void people.refetch()} />}
      {people.data?.results.length === 0 && (
        <Empty title={`Nobody matches “${filters.search}”`} action={<Button variant="default" onClick={() => setFilters({ search: "" })}>Show everybody</Button>}>
          The search looks at user names.
        </Empty>
      )}
      {people.data && people.data.results.length > 0 && (
        <Table aria-label="People" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>User name</Table.Th>
              <Table.Th>Last signed in</Table.Th>
              <Table.Th w={180}>State</Table.Th>
              <Table.Th w={260} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {people.data.results.map((person) => (
              <PersonRow key={person.id} person={person} isMe={person.id === me.data?.id} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {people.data && <Pager count={people.data.count} page={pageOf(filters.page)} onPage={(page) => setFilters({ page: String(page) })} noun="people" />}
      <Modal opened={creating} onClose={() => setCreating(false)} title="New person">
        <NewPerson onDone={() => setCreating(false)} />
      </Modal>
    </PageBody>
  );
}

function PersonRow({ person, isMe }: { person: Person; isMe: boolean }) {
  const change = useSetActive();
  const [asked, setAsked] = useState(false);
  const set = (isActive: boolean): void => change.mutate({ id: person.id, isActive }, { onSettled: () => setAsked(false) });
  return (
    <Table.Tr>
      <Table.Td>
        {person.display_name || "—"}
        {person.is_system_administrator && (
          <Badge ml={8} variant="default">
            System administrator
          </Badge>
        )}
      </Table.Td>
      <Table.Td>{person.username}</Table.Td>
      <Table.Td>{person.last_login ? <Time iso={person.last_login} relative /> : <Text size="sm" c="dimmed">never</Text>}</Table.Td>
      <Table.Td>
        <Chip tone={person.is_active ? "good" : "quiet"} icon={person.is_active ? IconCheck : IconBan} label={person.is_active ? "Active" : "Deactivated"} />
      </Table.Td>
      <Table.Td ta="right" h={46}>
        <FormProblem error={change.error} />
        {isMe ? (
          <Text size="sm" c="dimmed">
            you
          </Text>
        ) : !person.is_active ? (
          <Button size="compact-sm" variant="default" loading={change.isPending} onClick={() => set(true)}>
            Activate again
          </Button>
        ) : asked ? (
          <Group gap={6} justify="flex-end" wrap="nowrap">
            <Button size="compact-sm" variant="default" onClick={() => setAsked(false)}>
              Keep
            </Button>
            <Button size="compact-sm" color="red" loading={change.isPending} onClick={() => set(false)}>
              Sign out and deactivate
            </Button>
          </Group>
        ) : (
          <Button size="compact-sm" variant="default" onClick={() => setAsked(true)}>
            Deactivate
          </Button>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function NewPerson({ onDone }: { onDone: () => void }) {
  const create = useCreatePerson();
  const [username, setUsername] = useState("");
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate({ username: username.trim(), display_name: name.trim(), password }, { onSuccess: onDone });
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <FormProblem error={create.error} fields={["username", "display_name", "password"]} />
        <TextInput label="User name" required data-autofocus autoCapitalize="none" autoComplete="off" maxLength={64} value={username} onChange={(event) => setUsername(event.currentTarget.value)} error={fieldError(create.error, "username")} />
        <TextInput label="Display name" maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldError(create.error, "display_name")} />
        <PasswordInput label="First password" description="At least 12 characters; the person changes it under Account" required autoComplete="new-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} error={fieldError(create.error, "password")} />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending} disabled={username.trim() === "" || password.length < 12}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
