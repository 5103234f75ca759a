"""Spreadsheets that staff send: CSV and XLSX, as Excel and LibreOffice write them in Brazil."""
