import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { useCreateStudy } from "../../api/queries/studies";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";

export function NewStudyDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const create = useCreateStudy();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const [administrator, setAdministrator] = useState("");
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    create.mutate(
      { name: name.trim(), description: description.trim(), administrator: administrator.trim() || undefined },
      {
        onSuccess: (study) => {
          onClose();
          void navigate(`/studies/${study.id}`);
        },
      },
    );
  };
  return (
    <Modal opened={opened} onClose={onClose} title="New study">
      <form onSubmit={submit}>
        <Stack gap="sm">
          <FormProblem error={create.error} fields={["name", "description", "administrator"]} />
          <TextInput label="Name" required data-autofocus maxLength={120} value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldError(create.error, "name")} />
          <Textarea label="Description" autosize minRows={2} maxLength={4000} value={description} onChange={(event) => setDescription(event.currentTarget.value)} error={fieldError(create.error, "description")} />
          <TextInput
            label="First study administrator"
            description="User name of the person who will add the others"
            value={administrator}
            onChange={(event) => setAdministrator(event.currentTarget.value)}
            error={fieldError(create.error, "administrator")}
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
