"""From draws to what people read: tables, a workbook, a manifest and the headline on the console."""
