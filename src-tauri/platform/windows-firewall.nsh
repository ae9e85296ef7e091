; Outbound rules that the installer sets for every executable of the program, and takes back when it is removed.
; The window's own renderer (msedgewebview2.exe) is shared with other programs and has no rule: see SECURITY.md.

!macro NaratmalDeny EXECUTABLE
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="Naratmal ${EXECUTABLE}"'
  nsExec::ExecToLog 'netsh advfirewall firewall add rule name="Naratmal ${EXECUTABLE}" dir=out action=block enable=yes profile=any program="$INSTDIR\${EXECUTABLE}"'
  Pop $0
  ${If} $0 != 0
    MessageBox MB_ICONSTOP|MB_OK "방화벽 규칙을 설정하지 못했습니다. 관리자 권한으로 다시 설치해 주십시오." /SD IDOK
    Abort
  ${EndIf}
!macroend

!macro NaratmalAllow EXECUTABLE
  nsExec::ExecToLog 'netsh advfirewall firewall delete rule name="Naratmal ${EXECUTABLE}"'
!macroend

!macro NSIS_HOOK_POSTINSTALL
  !insertmacro NaratmalDeny "naratmal.exe"
  !insertmacro NaratmalDeny "naratmal-engine.exe"
  !insertmacro NaratmalDeny "naratmal-reader.exe"
!macroend

!macro NSIS_HOOK_PREUNINSTALL
  !insertmacro NaratmalAllow "naratmal.exe"
  !insertmacro NaratmalAllow "naratmal-engine.exe"
  !insertmacro NaratmalAllow "naratmal-reader.exe"
!macroend
