import { Button, Group, Modal, Stack, Text, Textarea, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { type FormEvent, useState } from "react";
import { HalfMadeStudy, useCreateStudy } from "../../api/queries/studies";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";

export function NewStudyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const create = useCreateStudy();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [administrator, setAdministrator] = useState("");
  const half = create.error instanceof HalfMadeStudy ? create.error : null;
  const error = half ? half.cause : create.error;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(
      { name: name.trim(), description: description.trim(), administrator: administrator.trim(), made: half?.study ?? null },
      {
        onSuccess: (study) => {
          onClose();
          notifications.show({ color: "teal", message: `“${study.name}” was created; ${administrator.trim()} administers it.` });
        },
      },
    );
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New study">
      <form onSubmit={submit}>
        <Stack gap="sm">
          {half && <Text size="sm">The study was created. Name its administrator once more.</Text>}
          <FormProblem error={error} fields={["name", "description", "username"]} />
          <TextInput label="Name" required data-autofocus maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldError(error, "name")} disabled={half !== null} />
          <Textarea label="Description" autosize minRows={2} maxLength={4000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} error={fieldError(error, "description")} disabled={half !== null} />
          <TextInput
            label="First study administrator"
            description="User name of the person who will add the others"
            required
            value={administrator}
            onChange={(event) => setAdministrator(event.currentTarget.value)}
            error={fieldError(error, "username")}
          />
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create the study
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
