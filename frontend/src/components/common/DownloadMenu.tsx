import { Button, Menu } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconDownload } from "@tabler/icons-react";
import { useState } from "react";
import { ApiError } from "../../api/client";
import { download } from "../../api/download";

export interface Offered {
  label: string;
  about?: string;
  address: string;
}

/** A button with the forms in which something can be taken away. */
export function DownloadMenu({ label, offered }: { label: string; offered: Offered[] }) {
  const [busy, setBusy] = useState(false);
  const take = async (address: string): Promise<void> => {
    setBusy(true);
    try {
      await download(address);
    } catch (error) {
      notifications.show({ color: "red", title: "Nothing was saved", message: error instanceof ApiError ? error.detail : "This page went wrong. Load it again." });
    } finally {
      setBusy(false);
    }
  };
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <Button size="compact-sm" variant="default" loading={busy} leftSection={<IconDownload size={15} aria-hidden />}>
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {offered.map(({ label: name, about, address }) => (
          <Menu.Item key={address} onClick={() => void take(address)}>
            {name}
            {about && <div style={{ fontSize: 12, opacity: 0.75 }}>{about}</div>}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
