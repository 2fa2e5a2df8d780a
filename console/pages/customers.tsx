// Customers, as the routing engine knows them, with the variables that all their calls see.

import type { JSX } from "preact";
import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";
import { z } from "zod";
import { Customer } from "../../schemas/customer.ts";
import { get, send } from "../api.ts";
import { part } from "../path-part.ts";
import { plural, shortTime } from "../format.ts";
import { useLoaded } from "../loaded.ts";
import { Dialog } from "../parts/dialog.tsx";
import { DialogForm } from "../parts/dialog-form.tsx";
import { TextField } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Page, Shown } from "../parts/page.tsx";
import { Table } from "../parts/table.tsx";

export function CustomersPage(): JSX.Element {
  const list = useLoaded((signal) => get("/customers", z.array(Customer), signal), []);
  const [isAdding, setAdding] = useState(false);
  const add = (
    <button type="button" class="primary" onClick={() => setAdding(true)}>
      <Icon name="plus" />
      New customer
    </button>
  );
  return (
    <Page title="Customers" lead="Variables that every call of a customer sees" actions={add}>
      <Shown of={list}>
        {(customers) =>
          customers.length === 0 ? (
            <Empty title="No customers yet" action={add}>
              A customer has variables in TOML, which stand in the data of all its calls. Routes can
              be assigned without one.
            </Empty>
          ) : (
            <Table columns={["Customer", "Variables", { name: "Changed", class: "wide-only" }]}>
              {customers.map(({ id, vars, updatedAt }) => (
                <tr key={id}>
                  <td>
                    <a class="row-link" href={`/customers/${part(id)}`}>
                      {id}
                    </a>
                  </td>
                  <td>
                    {vars.trim() === "" ? (
                      <span class="muted">none</span>
                    ) : (
                      plural(vars.trim().split("\n").length, "line")
                    )}
                  </td>
                  <td class="wide-only muted">{shortTime(updatedAt)}</td>
                </tr>
              ))}
            </Table>
          )
        }
      </Shown>
      {isAdding && <NewCustomer onClose={() => setAdding(false)} />}
    </Page>
  );
}

function NewCustomer({ onClose }: { onClose: () => void }): JSX.Element {
  const { route } = useLocation();
  const [id, setId] = useState("");
  const submit = async (): Promise<void> => {
    const path = `/customers/${part(id.trim())}`;
    await send({ method: "PUT", path, body: {} }, Customer);
    route(path);
  };
  return (
    <Dialog title="New customer" onClose={onClose}>
      <DialogForm label="Create" onClose={onClose} submit={submit}>
        <TextField
          label="Customer"
          value={id}
          onValue={setId}
          required
          hint="As the routing engine calls it"
        />
      </DialogForm>
    </Dialog>
  );
}
