using System;
using DingTalk.ExtContact;

static class After
{
    static void Main()
    {
        using (Client client = Client.FromEnv())
            Console.WriteLine(client.Delete("00021357315580000003").Status);
    }
}
