import { Button, Checkbox, FileInput, Group, Modal, NumberInput, Progress, SegmentedControl, Select, Skeleton, Stack, Text, TextInput } from "@mantine/core";
import { type FormEvent, useRef, useState } from "react";
import { type NewSlide, useInbox, useRegisterSlide, useUploadSlide } from "../../api/queries/slides";
import type { Study } from "../../api/types";
import { fieldError } from "../../components/common/form-errors";
import { FormProblem } from "../../components/common/FormProblem";
import { bytes, MARKERS } from "../../components/common/words";

const FIELDS = ["inbox_name", "file", "marker", "case_code", "name", "um_per_px"] as const;

/** From the inbox folder of the server, or a file of ordinary size from this computer. */
export function AddSlideDialog({ study, opened, onClose }: { study: Study; opened: boolean; onClose: () => void }) {
  return (
    <Modal opened={opened} onClose={onClose} title="Add a slide" size="lg" keepMounted={false}>
      <AddSlideForm study={study} opened={opened} onClose={onClose} />
    </Modal>
  );
}

function AddSlideForm({ study, opened, onClose }: { study: Study; opened: boolean; onClose: () => void }) {
  const [from, setFrom] = useState<"inbox" | "upload">("inbox");
  const [inboxName, setInboxName] = useState<string | null>(null);
  const [file, setFile] = useState<File | null>(null);
  const [marker, setMarker] = useState<string | null>(null);
  const [caseCode, setCaseCode] = useState("");
  const [isTma, setIsTma] = useState(false);
  const [name, setName] = useState("");
  const [pixelSize, setPixelSize] = useState<number | string>("");
  const [sent, setSent] = useState(0);
  const abort = useRef<AbortController | null>(null);
  const inbox = useInbox(study.id, opened && from === "inbox");
  const register = useRegisterSlide(study.id);
  const upload = useUploadSlide(study.id);
  const busy = register.isPending || upload.isPending;
  const cancelled = upload.error instanceof DOMException && upload.error.name === "AbortError";
  const error = from === "inbox" ? register.error : cancelled ? null : upload.error;
  const chosen = from === "inbox" ? inboxName !== null : file !== null;
  const markers = [...new Set([...Object.keys(study.protocol?.marker_schemes ?? {}), ...MARKERS])];

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!marker) return;
    const slide: NewSlide = {
      marker,
      case_code: (!isTma && caseCode.trim()) || undefined,
      tma: isTma || undefined,
      name: name.trim() || undefined,
      um_per_px: typeof pixelSize === "number" ? pixelSize : undefined,
    };
    if (from === "inbox" && inboxName) register.mutate({ ...slide, inbox_name: inboxName }, { onSuccess: onClose });
    if (from === "upload" && file) {
      abort.current = new AbortController();
      setSent(0);
      upload.mutate({ file, slide, onProgress: setSent, signal: abort.current.signal }, { onSuccess: onClose });
    }
  };

  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <SegmentedControl
          value={from}
          disabled={busy}
          onChange={(value) => setFrom(value === "upload" ? "upload" : "inbox")}
          data={[
            { value: "inbox", label: "From the inbox folder" },
            { value: "upload", label: "From this computer" },
          ]}
        />
        {from === "inbox" ? (
          inbox.isPending ? (
            <Skeleton h={58} />
          ) : (
            <Select
              label="File"
              required
              searchable
              placeholder={inbox.data?.length === 0 ? "The inbox folder is empty" : "Choose a file"}
              nothingFoundMessage="No file has this name."
              description={inbox.isError ? inbox.error.message : "What lies in the inbox folder of the server now"}
              data={(inbox.data ?? []).map((entry) => ({
                value: entry.name,
                label: `${entry.name} (${entry.is_folder ? "folder, " : ""}${bytes(entry.size_bytes)})`,
              }))}
              value={inboxName}
              onChange={setInboxName}
              error={fieldError(error, "inbox_name")}
            />
          )
        ) : (
          <FileInput label="File" required clearable placeholder="Choose a file" description="Slides of several gigabytes belong in the inbox folder" value={file} onChange={setFile} error={fieldError(error, "file")} />
        )}
        <Group grow align="flex-start">
          <Select label="Marker" required data={markers} value={marker} onChange={setMarker} error={fieldError(error, "marker")} />
          <TextInput label="Case" description="The patient's pseudonym" disabled={isTma} value={caseCode} onChange={(event) => setCaseCode(event.currentTarget.value)} error={fieldError(error, "case_code")} inputWrapperOrder={["label", "input", "description", "error"]} />
        </Group>
        <Group grow align="flex-start">
          <TextInput label="Name" description="Shown to everybody; empty: a neutral one is made" value={name} onChange={(event) => setName(event.currentTarget.value)} error={fieldError(error, "name")} inputWrapperOrder={["label", "input", "description", "error"]} />
          <NumberInput label="µm/px" description="Only if the file does not say it" hideControls min={0.01} max={100} decimalScale={6} value={pixelSize} onChange={setPixelSize} error={fieldError(error, "um_per_px")} inputWrapperOrder={["label", "input", "description", "error"]} />
        </Group>
        <Checkbox label="A tissue microarray: its cores and cases come from a map" checked={isTma} onChange={(event) => setIsTma(event.currentTarget.checked)} />
        {upload.isPending && (
          <div role="status">
            <Progress value={sent * 100} aria-label="Upload" />
            <Text size="xs" c="dimmed" mt={4} className="duo-number">
              {sent < 1 ? `Sending: ${bytes(sent * (file?.size ?? 0))} of ${bytes(file?.size ?? 0)}` : "Sent; the server is storing it"}
            </Text>
          </div>
        )}
        <FormProblem error={error} fields={FIELDS} />
        <Group justify="flex-end" mt="xs">
          <Button variant="default" onClick={() => (upload.isPending ? abort.current?.abort() : onClose())}>
            {upload.isPending ? "Stop the upload" : "Cancel"}
          </Button>
          <Button type="submit" loading={busy} disabled={!chosen || !marker}>
            Add the slide
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
