/** A row and a table of the sector machine, as the planners and both tables name them. */
import type { Row, Table } from "../../actors/Table.ts"
import type { SectorEvent } from "../events/SectorEvent.ts"
import type { Sector } from "../Sector.ts"
import type { SectorState } from "../SectorState.ts"

export type SectorRow = Row<Sector, SectorEvent, SectorState>
export type SectorTable = Table<Sector, SectorEvent, SectorState>
