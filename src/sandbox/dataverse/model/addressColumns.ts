import type { ColumnSpec } from "./column";
import { integer, options, picklist, READ_ONLY, text } from "./columnSpecs";

const SHIPPING = ["Airborne", "DHL", "FedEx", "UPS", "Postal Mail", "Full Load", "Will Call"];
const ADDRESS_TYPES = ["Bill To", "Ship To", "Primary", "Other"];

/** The columns of `address<n>_*`; they are kept in a sub-row by the platform, hence logical. */
export function addressColumns(number: 1 | 2 | 3, nameLength: number): ColumnSpec[] {
  const prefix = `Address${number}`;
  const part = (name: string, label: string, maxLength: number): ColumnSpec =>
    text(`${prefix}_${name}`, `Address ${number}: ${label}`, maxLength);
  const list = (name: string, label: string, labels: readonly string[]): ColumnSpec =>
    picklist(`${prefix}_${name}`, `Address ${number}: ${label}`, options(labels));
  const columns: ColumnSpec[] = [
    part("Name", "Name", nameLength),
    part("Line1", "Street 1", 250),
    part("Line2", "Street 2", 250),
    part("Line3", "Street 3", 250),
    part("City", "City", 80),
    part("County", "County", 50),
    part("StateOrProvince", "State/Province", 50),
    part("Country", "Country/Region", 80),
    part("PostalCode", "ZIP/Postal Code", 20),
    part("PostOfficeBox", "Post Office Box", 20),
    part("UPSZone", "UPS Zone", 4),
    part("Telephone1", "Phone", 50),
    part("Telephone2", "Telephone 2", 50),
    part("Telephone3", "Telephone 3", 50),
    part("Fax", "Fax", 50),
    part("PrimaryContactName", "Primary Contact Name", 100),
    list("AddressTypeCode", "Address Type", ADDRESS_TYPES),
    list("ShippingMethodCode", "Shipping Method", SHIPPING),
    list("FreightTermsCode", "Freight Terms", ["FOB", "No Charge"]),
    degrees(`${prefix}_Latitude`, `Address ${number}: Latitude`, 90),
    degrees(`${prefix}_Longitude`, `Address ${number}: Longitude`, 180),
    integer(`${prefix}_UTCOffset`, `Address ${number}: UTC Offset`, -1500, 1500),
    composite(number),
  ];
  return columns.map((column) => ({ ...column, logical: true }));
}

function degrees(schemaName: string, label: string, limit: number): ColumnSpec {
  return { schemaName, label, type: "Double", min: -limit, max: limit, precision: 5 };
}

function composite(number: number): ColumnSpec {
  const at = (name: string) => `address${number}_${name}`;
  return {
    schemaName: `Address${number}_Composite`,
    label: `Address ${number}`,
    type: "Memo",
    maxLength: 1000,
    compute: ({ value }) => {
      const town = [value(at("city")), value(at("stateorprovince")), value(at("postalcode"))];
      const lines = [
        value(at("line1")),
        value(at("line2")),
        value(at("line3")),
        town.filter(Boolean).join(" "),
        value(at("country")),
      ];
      return lines.filter(Boolean).join("\r\n") || null;
    },
    ...READ_ONLY,
  };
}
