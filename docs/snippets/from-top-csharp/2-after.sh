mcs -r:DingTalk.ExtContact.dll -out:after.exe After.cs && mono after.exe
