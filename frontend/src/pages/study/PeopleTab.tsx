import { ActionIcon, Button, Group, Select, Skeleton, Table, Text, TextInput, Tooltip } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { useAddMember, useMembers, useRemoveMember } from "../../api/queries/people";
import { ROLES, type Member, type Role, type Study } from "../../api/types";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";
import { Problem } from "../../components/common/Problem";
import { ROLE_WORDS } from "../../components/common/words";

export function PeopleTab({ study }: { study: Study }) {
  const members = useMembers(study.id);
  const remove = useRemoveMember(study.id);
  const [asked, setAsked] = useState<string | null>(null);
  return (
    <>
      <AddMember study={study} />
      <FormProblem error={remove.error} />
      {members.isPending && <Skeleton h={240} />}
      {members.isError && <Problem error={members.error} what="The people could not be loaded" retry={() => void members.refetch()} />}
      {members.data && (
        <Table maw={860} aria-label="People of this study">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>User name</Table.Th>
              <Table.Th>Role</Table.Th>
              <Table.Th w={220} />
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {members.data.results.map((member) => (
              <MemberRow
                key={member.id}
                member={member}
                asked={asked === member.id}
                onAsk={(wanted) => setAsked(wanted ? member.id : null)}
                onRemove={() => remove.mutate(member.id, { onSettled: () => setAsked(null) })}
              />
            ))}
          </Table.Tbody>
        </Table>
      )}
    </>
  );
}

function MemberRow({ member, asked, onAsk, onRemove }: {
  member: Member;
  asked: boolean;
  onAsk: (wanted: boolean) => void;
  onRemove: () => void;
}) {
  return (
    <Table.Tr>
      <Table.Td>{member.user.display_name || "—"}</Table.Td>
      <Table.Td>{member.user.username}</Table.Td>
      <Table.Td>{ROLE_WORDS[member.role]}</Table.Td>
      <Table.Td ta="right" h={46}>
        {asked ? (
          <Group gap={6} justify="flex-end" wrap="nowrap">
            <Button size="compact-sm" variant="default" onClick={() => onAsk(false)}>
              Keep
            </Button>
            <Button size="compact-sm" color="red" onClick={onRemove}>
              Take the role away
            </Button>
          </Group>
        ) : (
          <Tooltip label="Take this role away">
            <ActionIcon variant="subtle" color="gray" aria-label={`Take the role ${ROLE_WORDS[member.role]} from ${member.user.username}`} onClick={() => onAsk(true)}>
              <IconTrash size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

function AddMember({ study }: { study: Study }) {
  const add = useAddMember(study.id);
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Role>("pathologist");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    add.mutate({ username: username.trim(), role }, { onSuccess: () => setUsername("") });
  };
  return (
    <form onSubmit={submit} aria-label="Add a person">
      <FormProblem error={add.error} fields={["username", "role"]} />
      <Group align="flex-start" mb="lg" mt="xs" gap="sm">
        <TextInput label="User name" required withAsterisk={false} w={240} value={username} onChange={(event) => setUsername(event.currentTarget.value)} error={fieldError(add.error, "username")} />
        <Select label="Role" w={200} allowDeselect={false} value={role} data={ROLES.map((value) => ({ value, label: ROLE_WORDS[value] }))} onChange={(value) => value && setRole(value as Role)} error={fieldError(add.error, "role")} />
        <Button type="submit" mt={25} loading={add.isPending} disabled={username.trim() === ""}>
          Add
        </Button>
        <Text size="sm" c="dimmed" mt={32}>
          People are created by the system administrator.
        </Text>
      </Group>
    </form>
  );
}
