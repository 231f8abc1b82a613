mcs -out:before.exe Before.cs Sdk.cs && mono before.exe
